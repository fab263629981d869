using System.Text;
using System.Text.Json;

namespace KrakenPlugins.JwtValidator.Claims;

/// <summary>Where a claim is looked for: a name of the first level, or names from there inwards.</summary>
internal sealed class ClaimPath
{
    private readonly byte[][] _names;

    private ClaimPath(byte[][] names) => _names = names;

    /// <summary>A name that is taken as it is.</summary>
    public static ClaimPath Literal(string name) => new([Encoding.UTF8.GetBytes(name)]);

    /// <summary>Names with dots between; one that begins with <c>http</c> is taken as it is (AUT-020, AUT-021, AUT-054).</summary>
    public static ClaimPath Dotted(string path) => path.StartsWith("http", StringComparison.Ordinal)
        ? Literal(path)
        : new([.. path.Split('.').Select(Encoding.UTF8.GetBytes)]);

    /// <summary>Finds the claim; <see langword="false"/> when a step is missing or no object.</summary>
    public bool TryFind(TokenClaims claims, out ClaimValue value)
    {
        if (!claims.TryFind(_names[0], out value))
            return false;
        for (var i = 1; i < _names.Length; i++)
        {
            if (value.Kind != JsonTokenType.StartObject || !TryStep(value.Json, _names[i], out value))
                return false;
        }
        return true;
    }

    private static bool TryStep(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, out ClaimValue value)
    {
        value = default;
        var found = false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        // Of members with one name the last counts.
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWanted = reader.ValueTextEquals(name);
            reader.Read();
            var (start, kind) = ((int)reader.TokenStartIndex, reader.TokenType);
            var hasEscapes = kind == JsonTokenType.String && reader.ValueIsEscaped;
            reader.Skip();
            if (!isWanted)
                continue;
            value = new ClaimValue(kind, json[start..(int)reader.BytesConsumed], hasEscapes);
            found = true;
        }
        return found;
    }
}
