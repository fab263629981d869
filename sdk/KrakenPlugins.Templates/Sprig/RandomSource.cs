using System.Buffers.Binary;

namespace KrakenPlugins.Templates.Sprig;

/// <summary>Uniform numbers from a source of random bytes.</summary>
internal sealed class RandomSource(Action<Span<byte>> fill)
{
    private const int BatchBytes = 512;

    public void Fill(Span<byte> bytes) => fill(bytes);

    /// <summary>A number from 0 up to but without the bound.</summary>
    public ulong Below(ulong bound)
    {
        Span<byte> bytes = stackalloc byte[8];
        // The remainder of numbers below this threshold would favour small results.
        var threshold = (0 - bound) % bound;
        while (true)
        {
            fill(bytes);
            var number = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            if (number >= threshold) return number % bound;
        }
    }

    /// <summary>A text of characters out of an alphabet of at most 256, all equally probable.</summary>
    public string Text(int length, string alphabet) => string.Create(length, (this, alphabet), static (text, from) =>
    {
        var (source, alphabet) = from;
        Span<byte> batch = stackalloc byte[BatchBytes];
        var usable = 256 / alphabet.Length * alphabet.Length;
        for (var written = 0; written < text.Length;)
        {
            source.Fill(batch);
            foreach (var value in batch)
            {
                if (value >= usable) continue;
                if (written == text.Length) return;
                text[written++] = alphabet[value % alphabet.Length];
            }
        }
    });
}
