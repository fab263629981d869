using System.Text;

namespace Gateway.Fuzz;

/// <summary>Makes inputs out of seeds; equal seeds and numbers give equal inputs.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, string[] tokens, int seed)
{
    private const int Longest = 256 * 1024;

    private readonly Random _random = new(seed);
    private readonly byte[][] _tokens = [.. tokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var input = new List<byte>(seeds[_random.Next(seeds.Count)]);
        for (var changes = 1 + (_random.Next(4) == 0 ? _random.Next(40) : _random.Next(4)); changes > 0; changes--)
            Change(input);
        if (input.Count > Longest)
            input.RemoveRange(Longest, input.Count - Longest);
        return [.. input];
    }

    private void Change(List<byte> input)
    {
        var at = _random.Next(input.Count + 1);
        var length = Math.Min(1 << _random.Next(8), input.Count - at);
        switch (_random.Next(9))
        {
            case 0 when at < input.Count:
                input[at] = (byte)_random.Next(256);
                break;
            case 1 when at < input.Count:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                // A piece of itself elsewhere.
                input.InsertRange(_random.Next(input.Count + 1), input.GetRange(at, length));
                break;
            case 4:
                // A piece of another seed.
                var other = seeds[_random.Next(seeds.Count)];
                var from = _random.Next(other.Length + 1);
                input.InsertRange(at, other.AsSpan(from, Math.Min(length + 1, other.Length - from)).ToArray());
                break;
            case 5:
                Repeat(input, at, _tokens[_random.Next(_tokens.Length)], 1 << _random.Next(14));
                break;
            case 6:
                input.RemoveRange(at, input.Count - at);
                break;
            default:
                input.InsertRange(at, _tokens[_random.Next(_tokens.Length)]);
                break;
        }
    }

    /// <summary>Depth and length are what parsers break on.</summary>
    private static void Repeat(List<byte> input, int at, byte[] token, int times)
    {
        times = Math.Min(times, (Longest - Math.Min(input.Count, Longest)) / token.Length);
        var run = new byte[times * token.Length];
        for (var i = 0; i < times; i++)
            token.CopyTo(run, i * token.Length);
        input.InsertRange(at, run);
    }
}
