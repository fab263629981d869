using System.Text;
using System.Text.Json;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.JwtValidator.Claims;

/// <summary>
/// The claims of a token: its payload and an index of the first level. Of claims with one name the last counts, as in the language's own engine
/// (AUT-220). Immutable; texts and tree are made when they are asked for.
/// </summary>
internal sealed class TokenClaims(byte[] payload, ClaimEntry[] entries) : IClaims
{
    private const int LongestOnStack = 256;

    private DataObject? _tree;

    /// <summary>Claims of the first level, duplicates counted.</summary>
    public int Count => entries.Length;

    /// <summary>The payload as it was signed.</summary>
    public ReadOnlySpan<byte> Payload => payload;

    /// <summary>All claims; numbers with the digits that a double has (AUT-034).</summary>
    public DataObject Tree => Volatile.Read(ref _tree) ?? MakeTree();

    /// <inheritdoc/>
    public string? GetText(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var most = Encoding.UTF8.GetMaxByteCount(name.Length);
        var utf8 = most <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[most];
        return TryFind(utf8[..Encoding.UTF8.GetBytes(name, utf8)], out var value) ? ClaimText.Of(value) : null;
    }

    /// <summary>The claim of a name.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out ClaimValue value)
    {
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            ref readonly var entry = ref entries[i];
            if (!IsNamed(entry, name))
                continue;
            value = new ClaimValue(entry.Kind, payload.AsSpan(entry.Value, entry.ValueLength), entry.ValueHasEscapes);
            return true;
        }
        value = default;
        return false;
    }

    private bool IsNamed(in ClaimEntry entry, ReadOnlySpan<byte> name)
    {
        if (!entry.NameHasEscapes)
            return payload.AsSpan(entry.Name, entry.NameLength).SequenceEqual(name);
        var reader = new Utf8JsonReader(payload.AsSpan(entry.Name - 1, entry.NameLength + 2));
        return reader.Read() && reader.ValueTextEquals(name);
    }

    private DataObject MakeTree()
    {
        var tree = (DataObject)ClaimText.Tree(payload);
        Volatile.Write(ref _tree, tree);
        return tree;
    }
}
