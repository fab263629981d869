using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace KrakenPlugins.Jose;

/// <summary>The members of a token's header that matter (RFC 7515 section 4), unescaped.</summary>
internal ref struct JwsHeader
{
    private const int MaximumMembers = 64;
    private const int MaximumDepth = 16;

    private readonly Span<byte> _scratch;
    private bool _hasAlgorithm;

    private JwsHeader(Span<byte> scratch) => _scratch = scratch;

    /// <summary>Bytes of the scratch space that the fields point into.</summary>
    public int Length { get; private set; }

    public JwsAlgorithm Algorithm { get; private set; }

    public ReadOnlySpan<byte> KeyId { get; private set; }

    public ReadOnlySpan<byte> X5t { get; private set; }

    public ReadOnlySpan<byte> X5tS256 { get; private set; }

    /// <summary>Reads a header.</summary>
    /// <param name="json">The decoded header.</param>
    /// <param name="scratch">At least as long as the header.</param>
    /// <param name="header">The members.</param>
    public static JwsFault Read(ReadOnlySpan<byte> json, Span<byte> scratch, out JwsHeader header)
    {
        header = new JwsHeader(scratch);
        if (!Utf8.IsValid(json))
            return JwsFault.Header;
        try
        {
            return header.ReadMembers(new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth }));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader says by exceptions what is broken, and so it does of half a surrogate pair in a text.
            return JwsFault.Header;
        }
    }

    private JwsFault ReadMembers(Utf8JsonReader reader)
    {
        Span<Range> names = stackalloc Range[MaximumMembers];
        var count = 0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return JwsFault.Header;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (count == MaximumMembers)
                return JwsFault.Header;
            var start = Length;
            var name = Unescaped(ref reader);
            foreach (var earlier in names[..count])
            {
                if (name.SequenceEqual(_scratch[earlier]))
                    return JwsFault.DuplicateMember;
            }
            names[count++] = start..Length;
            reader.Read();
            var fault = ReadMember(name, ref reader);
            if (fault != JwsFault.None)
                return fault;
            reader.Skip();
        }
        // To the end of the text: what stands behind the object makes the reader throw.
        reader.Read();
        return _hasAlgorithm ? JwsFault.None : JwsFault.Algorithm;
    }

    private JwsFault ReadMember(scoped ReadOnlySpan<byte> name, scoped ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("crit"u8))
            return JwsFault.Critical;
        if (name.SequenceEqual("b64"u8))
            return reader.TokenType == JsonTokenType.True ? JwsFault.None : JwsFault.UnencodedPayload;
        var isAlgorithm = name.SequenceEqual("alg"u8);
        var isKeyId = name.SequenceEqual("kid"u8);
        var isX5t = name.SequenceEqual("x5t"u8);
        var isX5tS256 = name.SequenceEqual("x5t#S256"u8);
        var isContent = name.SequenceEqual("cty"u8);
        if (!isAlgorithm && !isKeyId && !isX5t && !isX5tS256 && !isContent)
            return JwsFault.None;
        if (reader.TokenType != JsonTokenType.String)
            return JwsFault.Header;

        var value = Unescaped(ref reader);
        if (isAlgorithm)
            return SetAlgorithm(value);
        if (isKeyId)
            KeyId = value;
        else if (isX5t)
            X5t = value;
        else if (isX5tS256)
            X5tS256 = value;
        else if (Ascii.EqualsIgnoreCase(value, "JWT"u8))
            return JwsFault.Nested;
        return JwsFault.None;
    }

    private JwsFault SetAlgorithm(ReadOnlySpan<byte> name)
    {
        _hasAlgorithm = JwsAlgorithms.TryParse(name, out var algorithm);
        Algorithm = algorithm;
        if (_hasAlgorithm)
            return JwsFault.None;
        return Ascii.EqualsIgnoreCase(name, "none"u8) ? JwsFault.Unsigned : JwsFault.Algorithm;
    }

    private ReadOnlySpan<byte> Unescaped(scoped ref Utf8JsonReader reader)
    {
        var length = reader.CopyString(_scratch[Length..]);
        var value = _scratch.Slice(Length, length);
        Length += length;
        return value;
    }
}
