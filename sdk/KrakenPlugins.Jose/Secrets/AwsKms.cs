using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace KrakenPlugins.Jose;

/// <summary><c>awskms://ID?region=R</c>, <c>awskms://alias/NAME?region=R</c> and <c>awskms:///ARN</c>: AWS KMS with the default chain of credentials.</summary>
internal static class AwsKms
{
    private const string Service = "AWS KMS";

    public static byte[] Decrypt(SecretUrl url, byte[] cipher, SecretHttp http)
    {
        var key = url.Path.TrimStart('/');
        var surroundings = http.Surroundings;
        var region = url.Parameter("region")
            ?? (key.StartsWith("arn:", StringComparison.Ordinal) && key.Split(':') is { Length: > 3 } parts ? parts[3] : null)
            ?? surroundings.First("AWS_REGION", "AWS_DEFAULT_REGION")
            ?? throw new JwkException("awskms:// takes the region from the key's ARN, ?region=, AWS_REGION or AWS_DEFAULT_REGION; none of them names one");
        if (!region.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new JwkException($"{JwkMembers.Shown(region)} is no AWS region");
        var credentials = AwsCredentials.Find(http, region);
        var endpoint = surroundings.First("AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL") ?? $"https://kms.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}";
        var body = JsonSerializer.Serialize(new Dictionary<string, string> { ["CiphertextBlob"] = Convert.ToBase64String(cipher), ["KeyId"] = key });
        var request = SecretHttp.Post(endpoint.TrimEnd('/') + "/", body, "application/x-amz-json-1.1");
        Sign(request, body, region, credentials, surroundings.Time.GetUtcNow());
        return SecretUrl.Base64(Service, SecretHttp.Member(Service, http.Json(Service, request), "Plaintext"));
    }

    // AWS Signature Version 4, for the one shape of request that this is.
    private static void Sign(HttpRequestMessage request, string body, string region, AwsCredentials credentials, DateTimeOffset now)
    {
        const string Target = "TrentService.Decrypt";
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{region}/kms/aws4_request";
        var host = request.RequestUri!.Authority;
        var names = "content-type;host;x-amz-date;" + (credentials.Token is null ? "" : "x-amz-security-token;") + "x-amz-target";
        var canonical = $"POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:{host}\nx-amz-date:{time}\n"
            + (credentials.Token is null ? "" : $"x-amz-security-token:{credentials.Token}\n")
            + $"x-amz-target:{Target}\n\n{names}\n{Hash(body)}";
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey), time[..8]), region), "kms"), "aws4_request");
        var signature = Convert.ToHexStringLower(Mac(key, $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}"));
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", Target);
        if (credentials.Token is not null)
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", credentials.Token);
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={credentials.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}");

        static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
