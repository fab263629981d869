using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;

namespace KrakenPlugins.AwsSigV4.Tests;

/// <summary>Checks a request as a service of AWS does, from what arrived alone; written apart from the product's code.</summary>
internal static class SignatureCheck
{
    /// <summary>Whether the signature fits the request.</summary>
    public static bool Fits(ReceivedRequest request, string secret)
    {
        var authorization = request.Header("Authorization")!;
        var scope = Part(authorization, "Credential=").Split('/', 2)[1];
        var names = Part(authorization, "SignedHeaders=").Split(';');
        var (date, region, service) = (scope.Split('/')[0], scope.Split('/')[1], scope.Split('/')[2]);
        var target = request.Target.Split('?', 2);
        var hash = service == "s3" ? request.Header("X-Amz-Content-Sha256")! : Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request.Body)));
        var path = service == "s3" ? string.Join('/', target[0].Split('/').Select(static s => Encode(Uri.UnescapeDataString(s)))) : string.Join('/', target[0].Split('/').Select(Encode));
        var canonical = string.Join('\n',
        [
            request.Method,
            path,
            target.Length == 1 ? "" : Query(target[1]),
            .. names.Select(n => $"{n}:{string.Join(',', request.Headers.Where(h => h.Key.Equals(n, StringComparison.OrdinalIgnoreCase)).Select(static h => string.Join(' ', h.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))))}"),
            "",
            string.Join(';', names),
            hash,
        ]);
        var text = $"AWS4-HMAC-SHA256\n{request.Header("X-Amz-Date")}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in (string[])[date, region, service, "aws4_request", text])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Part(authorization, "Signature=") == Hex(key);
    }

    public static string Part(string authorization, string name) => authorization[(authorization.IndexOf(name, StringComparison.Ordinal) + name.Length)..].Split(',')[0];

    private static string Query(string query) => string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static p => p.Split('=', 2))
        .Select(static p => (Name: Encode(Uri.UnescapeDataString(p[0])), Value: p.Length == 1 ? "" : Encode(Uri.UnescapeDataString(p[1]))))
        .OrderBy(static p => p.Name, StringComparer.Ordinal).ThenBy(static p => p.Value, StringComparer.Ordinal)
        .Select(static p => $"{p.Name}={p.Value}"));

    private static string Encode(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(static b =>
        char.IsAsciiLetterOrDigit((char)b) || "-_.~".Contains((char)b, StringComparison.Ordinal) ? ((char)b).ToString() : "%" + b.ToString("X2", CultureInfo.InvariantCulture)));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
