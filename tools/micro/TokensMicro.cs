using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Jose;

namespace Gateway.Micro;

/// <summary>What it costs to read a token and verify its signature, beside the platform's bare verification of the same bytes.</summary>
internal static class TokensMicro
{
    private const int Rounds = 200;
    private const int CallsPerRound = 50;

    public static void Run()
    {
        Console.WriteLine($"{"algorithm",-10} {"platform ns",12} {"verify ns",10} {"times",6} {"read+verify ns",15} {"bytes",6} {"platform",9}");
        using var rsa = RSA.Create(2048);
        var p = rsa.ExportParameters(true);
        var rsaKey = $$"""{"kty":"RSA","kid":"k","n":"{{B(p.Modulus)}}","e":"{{B(p.Exponent)}}","d":"{{B(p.D)}}","p":"{{B(p.P)}}","q":"{{B(p.Q)}}"}""";
        Measure(JwsAlgorithm.RS256, rsaKey, (data, signature) => rsa.VerifyHash(SHA256.HashData(data), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Measure(JwsAlgorithm.PS256, rsaKey, (data, signature) => rsa.VerifyHash(SHA256.HashData(data), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var e = ec.ExportParameters(true);
        Measure(JwsAlgorithm.ES256, $$"""{"kty":"EC","kid":"k","crv":"P-256","x":"{{B(e.Q.X)}}","y":"{{B(e.Q.Y)}}","d":"{{B(e.D)}}"}""", (data, signature) => ec.VerifyHash(SHA256.HashData(data), signature));
        var secret = RandomNumberGenerator.GetBytes(32);
        Measure(JwsAlgorithm.HS256, $$"""{"kty":"oct","kid":"k","k":"{{B(secret)}}"}""", (data, signature) => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(secret, data), signature));
        Measure(JwsAlgorithm.EdDSA, $$"""{"kty":"OKP","kid":"k","crv":"Ed25519","x":"{{B(new KrakenPlugins.Cryptography.Ed25519PrivateKey(secret).PublicKey)}}","d":"{{B(secret)}}"}""", null);
    }

    private static void Measure(JwsAlgorithm algorithm, string json, Func<byte[], byte[], bool>? platform)
    {
        var key = Jwk.Parse(Encoding.UTF8.GetBytes(json));
        var verifier = key.Verifier(algorithm)!;
        var text = new JwsIssuer(key.Signer(algorithm)!, "k", "JWT").Compact("""{"sub":"1234567890qwertyuio","iss":"https://issuer.example.com/","aud":["api"],"exp":2051882755,"roles":["a","b"]}"""u8);
        var buffer = new byte[JwsToken.BufferSize(text.Length)];
        JwsToken.Read(text, buffer, out var token);
        var (input, signature) = (token.SigningInput.ToArray(), token.Signature.ToArray());

        var (bare, bareBytes) = platform is null ? (0, 0) : Best(() => platform(input, signature));
        var (own, bytes) = Best(() => verifier.Verify(input, signature));
        var (whole, _) = Best(() => JwsToken.Read(text, buffer, out var read) == JwsFault.None && verifier.Verify(read.SigningInput, read.Signature));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{JwsAlgorithms.NameOf(algorithm),-10} {bare,12:F0} {own,10:F0} {(bare > 0 ? own / bare : 0),6:F2} {whole,15:F0} {bytes,6:F0} {bareBytes,9:F0}"));
    }

    /// <summary>Nanoseconds and bytes of a call in the best round.</summary>
    private static (double Nanoseconds, double Bytes) Best(Func<bool> call)
    {
        var (best, least) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRound; i++)
            {
                if (!call())
                    throw new InvalidOperationException("a signature does not verify");
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / CallsPerRound);
            least = Math.Min(least, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / CallsPerRound);
        }
        return (best, least);
    }

    private static string B(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
