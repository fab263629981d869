using System.Text.Json;
using System.Xml.Linq;

namespace KrakenPlugins.Jose;

/// <summary>
/// Credentials of AWS from its default chain: the environment, a web identity, the shared credentials file, the container, the instance.
/// </summary>
internal sealed record AwsCredentials(string AccessKey, string SecretKey, string? Token)
{
    public static AwsCredentials Find(SecretHttp http, string region)
    {
        var surroundings = http.Surroundings;
        if (surroundings.First("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY") is { } key && surroundings.First("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY") is { } secret)
            return new(key, secret, surroundings.First("AWS_SESSION_TOKEN"));
        if (surroundings.First("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file && surroundings.First("AWS_ROLE_ARN") is { } role)
            return OfWebIdentity(http, file, role, region);
        if (OfFile(surroundings) is { } shared)
            return shared;
        return OfContainer(http) ?? OfInstance(http);
    }

    private static AwsCredentials OfWebIdentity(SecretHttp http, string file, string role, string region)
    {
        const string Service = "AWS STS";
        var endpoint = http.Surroundings.First("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL") ?? $"https://sts.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}";
        var text = http.Text(Service, SecretHttp.Form(endpoint.TrimEnd('/') + "/",
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", http.Surroundings.First("AWS_ROLE_SESSION_NAME") ?? "gateway"), ("WebIdentityToken", SecretSurroundings.ReadText(file).Trim())));
        try
        {
            var found = XDocument.Parse(text).Descendants().FirstOrDefault(static element => element.Name.LocalName == "Credentials");
            string? Value(string name) => found?.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
            if (Value("AccessKeyId") is { } key && Value("SecretAccessKey") is { } secret)
                return new(key, secret, Value("SessionToken"));
        }
        catch (System.Xml.XmlException)
        {
            // Told below, like an answer without credentials.
        }
        throw new JwkException($"{Service} answered without credentials");
    }

    /// <summary>A profile of the shared file (INI), when there is one.</summary>
    private static AwsCredentials? OfFile(SecretSurroundings surroundings)
    {
        var path = surroundings.First("AWS_SHARED_CREDENTIALS_FILE") ?? (surroundings.First("HOME") is { } home ? Path.Combine(home, ".aws", "credentials") : null);
        if (path is null || !File.Exists(path))
            return null;
        var wanted = $"[{surroundings.First("AWS_PROFILE", "AWS_DEFAULT_PROFILE") ?? "default"}]";
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var isWanted = false;
        foreach (var raw in SecretSurroundings.ReadText(path).Split('\n'))
        {
            var line = raw.Trim();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('['))
                isWanted = line == wanted;
            else if (isWanted && equals > 0 && line[0] is not ('#' or ';'))
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim();
        }
        return values.TryGetValue("aws_access_key_id", out var key) && values.TryGetValue("aws_secret_access_key", out var secret)
            ? new(key, secret, values.GetValueOrDefault("aws_session_token"))
            : null;
    }

    private static AwsCredentials? OfContainer(SecretHttp http)
    {
        var surroundings = http.Surroundings;
        var url = surroundings.First("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { } relative ? "http://169.254.170.2" + relative : surroundings.First("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (url is null)
            return null;
        var request = SecretHttp.Get(url);
        // As AWS's own clients: over plain HTTP only to this machine and to the agents of ECS and EKS.
        var target = request.RequestUri!;
        var isNear = target.IsLoopback || target.Host is "169.254.170.2" or "169.254.170.23" or "[fd00:ec2::23]";
        if (target.Scheme != Uri.UriSchemeHttps && !isNear)
            throw new JwkException("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor an address of this machine");
        var token = surroundings.First("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { } file ? SecretSurroundings.ReadText(file).Trim() : surroundings.First("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", token);
        return Of("the container's agent", http.Json("the container's agent", request));
    }

    /// <summary>The role of the instance, by the second version of the metadata service.</summary>
    private static AwsCredentials OfInstance(SecretHttp http)
    {
        const string Service = "AWS's metadata service (the last in the chain of credentials)";
        if (string.Equals(http.Surroundings.First("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            throw new JwkException("there are no AWS credentials: not in the environment, in ~/.aws/credentials or from a container");
        var host = (http.Surroundings.First("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254").TrimEnd('/');
        var session = SecretHttp.Get(host + "/latest/api/token");
        session.Method = HttpMethod.Put;
        session.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token-ttl-seconds", "60");
        var token = http.Text(Service, session).Trim();
        var role = http.Text(Service, With(SecretHttp.Get(host + "/latest/meta-data/iam/security-credentials/"))).Split('\n')[0].Trim();
        return Of(Service, http.Json(Service, With(SecretHttp.Get($"{host}/latest/meta-data/iam/security-credentials/{Uri.EscapeDataString(role)}"))));

        HttpRequestMessage With(HttpRequestMessage request)
        {
            request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token", token);
            return request;
        }
    }

    private static AwsCredentials Of(string service, JsonElement answer) =>
        new(SecretHttp.Member(service, answer, "AccessKeyId"), SecretHttp.Member(service, answer, "SecretAccessKey"), SecretHttp.Member(service, answer, "Token"));

    /// <summary>Says nothing of what it holds.</summary>
    public override string ToString() => nameof(AwsCredentials);
}
