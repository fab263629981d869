using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Jose.Tests;

/// <summary>Tokens and keys of tests.</summary>
internal static class Tokens
{
    public static readonly string Secret = Base64Url.EncodeToString("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"u8);

    public static readonly Jwk Shared = Key($$"""{"kty":"oct","kid":"k","k":"{{Secret}}"}""");

    private static readonly Dictionary<JwkType, Dictionary<int, string>> s_private = [];

    public static Jwk Key(string json) => Jwk.Parse(Encoding.UTF8.GetBytes(json));

    public static JwkSet Set(string keys, List<string>? warnings = null) =>
        JwkSet.Parse(Encoding.UTF8.GetBytes($$"""{"keys":[{{keys}}]}"""), warning => warnings?.Add(warning));

    /// <summary>A text as base64url.</summary>
    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>A token with any header, signed by HS256 with the shared secret.</summary>
    public static string Hs256(string header, string payload = """{"sub":"a"}""")
    {
        var input = $"{Encode(header)}.{Encode(payload)}";
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(Base64Url.DecodeFromChars(Secret), Encoding.ASCII.GetBytes(input)))}";
    }

    /// <summary>What a validator does with the signature: reads, compares the algorithm, tries every key of the name.</summary>
    public static bool Verify(string compact, JwsAlgorithm algorithm, params IEnumerable<Jwk> keys)
    {
        if (JwsToken.Read(compact, new byte[JwsToken.BufferSize(compact.Length)], out var token) != JwsFault.None || token.Algorithm != algorithm)
            return false;
        var name = JwkIdentification.Kid.NameOf(token);
        foreach (var key in keys)
        {
            if (JwkIdentification.Kid.NameOf(key) == name && key.Verifier(algorithm) is { } verifier && verifier.Verify(token.SigningInput, token.Signature))
                return true;
        }
        return false;
    }

    public static JwsFault Fault(string compact) => JwsToken.Read(compact, new byte[JwsToken.BufferSize(compact.Length)], out _);

    /// <summary>A private key that fits an algorithm, made once, as JSON with <c>"kid":"k"</c>.</summary>
    public static string PrivateJson(JwsAlgorithm algorithm)
    {
        lock (s_private)
        {
            var type = JwsAlgorithms.KeyTypeOf(algorithm);
            var variant = type == JwkType.EllipticCurve ? (int)algorithm : 0;
            if (!s_private.TryGetValue(type, out var variants))
                s_private.Add(type, variants = []);
            if (!variants.TryGetValue(variant, out var json))
                variants.Add(variant, json = MakePrivate(algorithm));
            return json;
        }
    }

    public static Jwk Private(JwsAlgorithm algorithm) => Key(PrivateJson(algorithm));

    /// <summary>The public half of that key; the secret itself for HS.</summary>
    public static Jwk Public(JwsAlgorithm algorithm) => Key(PublicJson(PrivateJson(algorithm)));

    public static string PublicJson(string privateJson)
    {
        var members = System.Text.Json.Nodes.JsonNode.Parse(privateJson)!.AsObject();
        foreach (var name in new[] { "d", "p", "q", "dp", "dq", "qi" })
            members.Remove(name);
        return members.ToJsonString();
    }

    private static string MakePrivate(JwsAlgorithm algorithm)
    {
        switch (JwsAlgorithms.KeyTypeOf(algorithm))
        {
            case JwkType.Rsa:
                using (var rsa = RSA.Create(2048))
                    return RsaJson(rsa.ExportParameters(true));
            case JwkType.EllipticCurve:
                var (name, curve) = algorithm switch
                {
                    JwsAlgorithm.ES256 => ("P-256", ECCurve.NamedCurves.nistP256),
                    JwsAlgorithm.ES384 => ("P-384", ECCurve.NamedCurves.nistP384),
                    _ => ("P-521", ECCurve.NamedCurves.nistP521),
                };
                using (var key = ECDsa.Create(curve))
                {
                    var parameters = key.ExportParameters(true);
                    return $$"""{"kty":"EC","kid":"k","crv":"{{name}}","x":"{{B(parameters.Q.X)}}","y":"{{B(parameters.Q.Y)}}","d":"{{B(parameters.D)}}"}""";
                }
            case JwkType.OctetKeyPair:
                var secret = RandomNumberGenerator.GetBytes(32);
                return $$"""{"kty":"OKP","kid":"k","crv":"Ed25519","x":"{{B(new Cryptography.Ed25519PrivateKey(secret).PublicKey)}}","d":"{{B(secret)}}"}""";
            default:
                return $$"""{"kty":"oct","kid":"k","k":"{{Secret}}"}""";
        }
    }

    public static string RsaJson(RSAParameters p) =>
        $$"""{"kty":"RSA","kid":"k","n":"{{B(p.Modulus)}}","e":"{{B(p.Exponent)}}","d":"{{B(p.D)}}","p":"{{B(p.P)}}","q":"{{B(p.Q)}}","dp":"{{B(p.DP)}}","dq":"{{B(p.DQ)}}","qi":"{{B(p.InverseQ)}}"}""";

    public static string B(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
