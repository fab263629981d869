using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.AwsSigV4.Signing;

/// <summary>The canonical query of a request: names and values encoded once, sorted by name and then by value, repeated names kept.</summary>
internal static class CanonicalQuery
{
    public static void Write(PooledBytes output, ReadOnlySpan<char> query)
    {
        if (query.IsEmpty)
            return;
        using var encoded = new PooledBytes(query.Length + 16);
        var pieces = ArrayPool<Piece>.Shared.Rent(query.Count('&') + 1);
        var count = 0;
        foreach (var range in query.Split('&'))
        {
            if (!query[range].IsEmpty)
                pieces[count++] = Encode(encoded, query[range]);
        }
        pieces.AsSpan(0, count).Sort(new ByNameAndValue(encoded.Array));
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                output.Write("&"u8);
            output.Write(pieces[i].Name(encoded.Array));
            output.Write("="u8);
            output.Write(pieces[i].Value(encoded.Array));
        }
        ArrayPool<Piece>.Shared.Return(pieces);
    }

    private static Piece Encode(PooledBytes encoded, ReadOnlySpan<char> pair)
    {
        var equals = pair.IndexOf('=');
        var start = encoded.Length;
        CanonicalText.WriteEncoded(encoded, equals < 0 ? pair : pair[..equals], decodes: true, keepsSlashes: false);
        var middle = encoded.Length;
        if (equals >= 0)
            CanonicalText.WriteEncoded(encoded, pair[(equals + 1)..], decodes: true, keepsSlashes: false);
        return new Piece(start, middle, encoded.Length);
    }

    private readonly record struct Piece(int Start, int Middle, int End)
    {
        public ReadOnlySpan<byte> Name(byte[] bytes) => bytes.AsSpan(Start, Middle - Start);

        public ReadOnlySpan<byte> Value(byte[] bytes) => bytes.AsSpan(Middle, End - Middle);
    }

    private readonly struct ByNameAndValue(byte[] bytes) : IComparer<Piece>
    {
        public int Compare(Piece x, Piece y)
        {
            var names = x.Name(bytes).SequenceCompareTo(y.Name(bytes));
            return names != 0 ? names : x.Value(bytes).SequenceCompareTo(y.Value(bytes));
        }
    }
}
