using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.AwsSigV4.Credentials;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Signing;

/// <summary>What is signed of a request, as it goes out.</summary>
/// <param name="Method">Method.</param>
/// <param name="Host">Value of the <c>Host</c> header.</param>
/// <param name="BasePath">Path in front of the target, or empty.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Headers, <c>X-Amz-Date</c> among them.</param>
/// <param name="PayloadHash">Hash of the body in hexadecimal digits, or <see cref="RequestSigner.Unsigned"/>.</param>
internal readonly record struct SignedRequest(string Method, string Host, string BasePath, string Target, NameValueList Headers, string PayloadHash);

/// <summary>Signs requests of one service and region with AWS Signature Version 4. Safe for concurrent use.</summary>
internal sealed class RequestSigner(string service, string region)
{
    /// <summary>In place of the hash of a body that is not read before it is sent.</summary>
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    /// <summary>Hash of no body.</summary>
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly bool _isS3 = IsS3(service);
    private SigningKey? _key;

    /// <summary>Whether a service takes paths as S3 does.</summary>
    public static bool IsS3(string service) => service is "s3" or "s3express" or "s3-object-lambda" or "s3-outposts";

    /// <summary>The time as <c>X-Amz-Date</c> has it.</summary>
    public static string Stamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Hash of a body.</summary>
    public static string Hash(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return EmptyHash;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The value of <c>Authorization</c>.</summary>
    /// <param name="request">What is signed.</param>
    /// <param name="credentials">With which key.</param>
    /// <param name="stamp">See <see cref="Stamp"/>.</param>
    /// <param name="trace">Gets canonical request and string to sign, or <see langword="null"/>.</param>
    public string Sign(in SignedRequest request, AwsCredentials credentials, string stamp, Action<string, string>? trace = null)
    {
        var key = KeyOf(credentials, stamp);
        using var text = new PooledBytes(1024);
        using var names = new PooledBytes(128);
        WriteCanonical(text, names, request);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text.Span, hash);
        var canonical = trace is null ? null : Encoding.UTF8.GetString(text.Span);

        text.Clear();
        text.Write("AWS4-HMAC-SHA256\n"u8);
        CanonicalText.Write(text, stamp);
        text.Write("\n"u8);
        CanonicalText.Write(text, key.Scope);
        text.Write("\n"u8);
        CanonicalText.WriteHex(text, hash);
        trace?.Invoke(canonical!, Encoding.UTF8.GetString(text.Span));
        HMACSHA256.HashData(key.Key, text.Span, hash);

        text.Clear();
        text.Write("AWS4-HMAC-SHA256 Credential="u8);
        CanonicalText.Write(text, credentials.AccessKeyId);
        text.Write("/"u8);
        CanonicalText.Write(text, key.Scope);
        text.Write(", SignedHeaders="u8);
        text.Write(names.Span);
        text.Write(", Signature="u8);
        CanonicalText.WriteHex(text, hash);
        return Encoding.UTF8.GetString(text.Span);
    }

    private void WriteCanonical(PooledBytes text, PooledBytes names, in SignedRequest request)
    {
        var target = request.Target.AsSpan();
        var question = target.IndexOf('?');
        var path = question < 0 ? target : target[..question];
        CanonicalText.Write(text, request.Method);
        text.Write("\n"u8);
        CanonicalPath.Write(text, request.BasePath.Length == 0 ? path : string.Concat(request.BasePath, path), _isS3);
        text.Write("\n"u8);
        CanonicalQuery.Write(text, question < 0 ? default : target[(question + 1)..]);
        text.Write("\n"u8);
        var headers = new CanonicalHeaders(request.Headers, request.Host);
        headers.WriteLines(text);
        text.Write("\n"u8);
        headers.WriteNames(names);
        headers.Return();
        text.Write(names.Span);
        text.Write("\n"u8);
        CanonicalText.Write(text, request.PayloadHash);
    }

    /// <summary>The key of a day, derived once for the credentials in use.</summary>
    private SigningKey KeyOf(AwsCredentials credentials, string stamp)
    {
        var known = Volatile.Read(ref _key);
        if (known is not null && ReferenceEquals(known.Credentials, credentials) && stamp.AsSpan(0, 8).SequenceEqual(known.Scope.AsSpan(0, 8)))
            return known;
        var date = stamp[..8];
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        key = HMACSHA256.HashData(key, "aws4_request"u8);
        known = new SigningKey(credentials, $"{date}/{region}/{service}/aws4_request", key);
        Volatile.Write(ref _key, known);
        return known;
    }

    private sealed record SigningKey(AwsCredentials Credentials, string Scope, byte[] Key);
}
