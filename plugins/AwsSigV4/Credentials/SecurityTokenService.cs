using System.Globalization;
using System.Text;
using System.Xml;
using KrakenPlugins.AwsSigV4.Signing;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>
/// The security token service of AWS: roles for credentials, or for a web identity (AUT-146). <c>AWS_ENDPOINT_URL_STS</c> and
/// <c>AWS_ENDPOINT_URL</c> replace its address.
/// </summary>
internal sealed class SecurityTokenService(CredentialSetting setting)
{
    private const int MaxAnswer = 64 << 10;

    /// <summary>Assumes a role with credentials.</summary>
    public ValueTask<Fetched<AwsCredentials>> AssumeAsync(string roleArn, AwsCredentials own, string? externalId, CancellationToken cancellationToken)
    {
        var fields = Fields("AssumeRole", roleArn);
        fields.Add(new("DurationSeconds", "3600"));
        if (externalId is not null)
            fields.Add(new("ExternalId", externalId));
        return SendAsync(fields, own, cancellationToken);
    }

    /// <summary>Assumes a role with the token of an identity provider.</summary>
    public ValueTask<Fetched<AwsCredentials>> AssumeWithWebIdentityAsync(string roleArn, string token, CancellationToken cancellationToken)
    {
        var fields = Fields("AssumeRoleWithWebIdentity", roleArn);
        fields.Add(new("WebIdentityToken", token));
        return SendAsync(fields, null, cancellationToken);
    }

    private List<KeyValuePair<string, string>> Fields(string action, string roleArn) =>
    [
        new("Action", action),
        new("Version", "2011-06-15"),
        new("RoleArn", roleArn),
        new("RoleSessionName", setting.Variable("AWS_ROLE_SESSION_NAME") ?? "gateway"),
    ];

    private async ValueTask<Fetched<AwsCredentials>> SendAsync(List<KeyValuePair<string, string>> fields, AwsCredentials? own, CancellationToken cancellationToken)
    {
        if (!OutgoingAddress.TryParse(Endpoint(), out var address))
            return new GatewayError(GatewayErrorKind.Internal, "the address of the security token service is no URL");
        var call = new OutgoingCall { Method = "POST", Address = address, Body = FormText.Write(fields), Timeout = TimeSpan.FromSeconds(5), MaxAnswer = MaxAnswer };
        call.Headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        if (own is not null)
            Sign(call, own);
        var (answer, error) = await setting.Calls.SendAsync(call, cancellationToken).ConfigureAwait(false);
        if (answer is null)
            return new GatewayError(error!.Kind, $"{address}: {error.Message}");
        return Read(answer, address, fields[0].Value);
    }

    private string Endpoint() => setting.Variable("AWS_ENDPOINT_URL_STS") ?? setting.Variable("AWS_ENDPOINT_URL")
        ?? $"https://sts.{setting.StsRegion}.amazonaws.com{(setting.StsRegion.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}/";

    private void Sign(OutgoingCall call, AwsCredentials own)
    {
        var stamp = RequestSigner.Stamp(setting.Time.GetUtcNow());
        call.Headers.Add("X-Amz-Date", stamp);
        if (own.SessionToken is { } token)
            call.Headers.Add("X-Amz-Security-Token", token);
        var signed = new SignedRequest(call.Method, call.Address.Host.Authority, "", call.Address.Target, call.Headers, RequestSigner.Hash(call.Body.Span));
        call.Headers.Add("Authorization", new RequestSigner("sts", setting.StsRegion).Sign(signed, own, stamp));
    }

    private Fetched<AwsCredentials> Read(OutgoingAnswer answer, OutgoingAddress address, string action)
    {
        var fields = ReadXml(answer.Body);
        if (answer.StatusCode == 200 && fields.TryGetValue("AccessKeyId", out var id) && fields.TryGetValue("SecretAccessKey", out var key))
            return new(new AwsCredentials(id, key, fields.GetValueOrDefault("SessionToken")), CredentialJson.Lifetime(fields.GetValueOrDefault("Expiration"), setting.Time), null);
        var code = fields.TryGetValue("Code", out var written) ? $", {new ProviderText([]).Clean(written)}: {new ProviderText([]).Clean(fields.GetValueOrDefault("Message"))}" : "";
        return new GatewayError(GatewayErrorKind.Status, $"{action} at {address}: status {answer.StatusCode.ToString(CultureInfo.InvariantCulture)}{code}");
    }

    /// <summary>The texts of the elements without children, by local name; what is no XML has none.</summary>
    private static Dictionary<string, string> ReadXml(ReadOnlyMemory<byte> body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxAnswer };
            using var text = new StringReader(Encoding.UTF8.GetString(body.Span));
            using var reader = XmlReader.Create(text, settings);
            var name = "";
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element)
                    name = reader.LocalName;
                else if (reader.NodeType == XmlNodeType.Text)
                    fields.TryAdd(name, reader.Value.Trim());
            }
        }
        catch (XmlException)
        {
            fields.Clear();
        }
        return fields;
    }
}
