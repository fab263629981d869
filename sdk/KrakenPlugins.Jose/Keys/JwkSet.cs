using System.Runtime.InteropServices;
using System.Text.Json;

namespace KrakenPlugins.Jose;

/// <summary>A key set (RFC 7517 section 5). Two keys with one <c>kid</c> are both in it.</summary>
public sealed class JwkSet
{
    private const int MaximumKeys = 1_000;

    private JwkSet(IReadOnlyList<Jwk> keys) => Keys = keys;

    /// <summary>The keys that can be used for signatures, in their order.</summary>
    public IReadOnlyList<Jwk> Keys { get; }

    /// <summary>Reads a set; keys that cannot be used are left out with a warning (AUT-029), those for encryption without one.</summary>
    /// <param name="utf8">The document: an object with a non-empty list <c>keys</c>.</param>
    /// <param name="warn">Receives a sentence per key that is left out or weak, without any part of the key.</param>
    /// <exception cref="JwkException">The document is no key set.</exception>
    public static JwkSet Parse(ReadOnlyMemory<byte> utf8, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(warn);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(WithoutMark(utf8), new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException exception)
        {
            if (utf8.Span.TrimStart(" \t\r\n"u8).StartsWith("-----BEGIN "u8))
                throw new JwkException("a key in PEM form (PKCS#8 or other) is no key set; expected a JSON object with a list \"keys\" of JWKs");
            // Only the place: the reader's message may quote the text.
            throw new JwkException($"the key set is no JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})");
        }
        using (document)
        {
            return new JwkSet(ReadKeys(document.RootElement, warn));
        }
    }

    private static List<Jwk> ReadKeys(JsonElement root, Action<string> warn)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new JwkException("there is no list \"keys\"; expected {\"keys\": [...]}, and no lone key");
        if (list.GetArrayLength() is 0 or > MaximumKeys)
            throw new JwkException($"the list \"keys\" has {list.GetArrayLength()} members; expected 1 to {MaximumKeys}");

        var keys = new List<Jwk>(list.GetArrayLength());
        var index = -1;
        foreach (var element in list.EnumerateArray())
        {
            index++;
            var place = index;
            try
            {
                if (IsForEncryption(element))
                    continue;
                var key = Jwk.Parse(JsonMarshal.GetRawUtf8Value(element).ToArray(), fault => warn($"key {place}{NameOf(element)}: {fault}"));
                if (key.IsForSignatures)
                    keys.Add(key);
            }
            catch (JwkException exception)
            {
                warn($"key {place}{NameOf(element)} is left out: {exception.Message}");
            }
        }
        return keys;
    }

    // Before the rest of it is read: keys for encryption are often of types that signatures do not have.
    private static bool IsForEncryption(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("use", out var use) && use.ValueKind == JsonValueKind.String && use.ValueEquals("enc"u8);

    private static string NameOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String
            && kid.GetRawText() is { Length: <= 128 } name ? $" ({name})" : "";

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? utf8[3..] : utf8;
}
