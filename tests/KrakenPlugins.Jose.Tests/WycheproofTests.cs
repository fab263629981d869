using System.Text;
using System.Text.Json;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

/// <summary>The attacks that Wycheproof collects, and with them the examples of RFC 7520.</summary>
public sealed class WycheproofTests
{
    // Empty payloads are refused (no claims can be in them); characters that are no base64url are refused although what is left would be signed.
    // 367 and 370 are, letter by letter, the token that 357 calls valid.
    private static readonly int[] s_others = [259, 264, 268, 272, 320, 325, 367, 370, 372, 373];

    [Fact]
    public void Signatures_are_judged_as_wycheproof_judges_them()
    {
        var wrong = new List<string>();
        using var document = Fixtures.Read("wycheproof", "json_web_signature_test.json");
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var json = (group.TryGetProperty("public", out var half) ? half : group.GetProperty("private")).GetRawText();
            foreach (var test in group.GetProperty("tests").EnumerateArray())
                Judge(test, [Read(json)], wrong, s_others);
        }
        Assert.Empty(wrong);
    }

    // Secrets that are too short for their algorithm work with a warning, as in the original engine (10 to 12); keys that are weak by their
    // construction (7) are not looked for; sets of several types, and of several keys with one name, are what providers publish (1, 4).
    private static readonly int[] s_laxer = [1, 4, 7, 10, 11, 12];

    [Fact]
    public void Key_sets_are_judged_as_wycheproof_judges_them()
    {
        var wrong = new List<string>();
        using var document = Fixtures.Read("wycheproof", "json_web_key_test.json");
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var set = group.TryGetProperty("public", out var half) ? half : group.GetProperty("private");
            IReadOnlyList<Jwk?> keys = set.TryGetProperty("keys", out _)
                ? [.. JwkSet.Parse(Encoding.UTF8.GetBytes(set.GetRawText()), static _ => { }).Keys]
                : new Jwk?[] { Read(set.GetRawText()) };
            foreach (var test in group.GetProperty("tests").EnumerateArray())
                Judge(test, keys, wrong, s_laxer);
        }
        Assert.Empty(wrong);
    }

    private static void Judge(JsonElement test, IReadOnlyList<Jwk?> keys, List<string> wrong, int[] others)
    {
        var id = test.GetProperty("tcId").GetInt32();
        var jws = test.GetProperty("jws") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : test.GetProperty("jws").GetRawText();
        var isGood = false;
        foreach (var key in keys)
        {
            // The configuration names the algorithm: here the one that the key is for, except in the examples of RFC 7520, whose keys have
            // others written on them.
            var isExample = test.GetProperty("comment").GetString()!.StartsWith("Figure", StringComparison.Ordinal);
            if (!isExample && key?.Algorithm is { } name && JwsAlgorithms.TryParse(name, out var algorithm))
                isGood |= IsSigned(jws, key, algorithm);
            else if (key is not null && (isExample || key.Algorithm is null))
                isGood |= Enum.GetValues<JwsAlgorithm>().Any(any => any != JwsAlgorithm.Unknown && IsSigned(jws, key, any));
        }
        var isExpected = test.GetProperty("result").GetString() == "valid" != others.Contains(id);
        if (isGood != isExpected)
            wrong.Add($"{id} {test.GetProperty("comment").GetString()}: {isGood}");
    }

    private static bool IsSigned(string jws, Jwk key, JwsAlgorithm algorithm) =>
        JwsToken.Read(jws, new byte[JwsToken.BufferSize(jws.Length)], out var token) == JwsFault.None
        && token.Algorithm == algorithm && key.Verifier(algorithm) is { } verifier && verifier.Verify(token.SigningInput, token.Signature);

    private static Jwk? Read(string json)
    {
        try
        {
            return Tokens.Key(json);
        }
        catch (JwkException)
        {
            return null;
        }
    }
}
