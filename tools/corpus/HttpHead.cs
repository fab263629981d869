using System.Globalization;
using System.Text;

namespace Gateway.Corpus;

/// <summary>The head of a request whose body was read and thrown away.</summary>
internal sealed record HttpHead(string Method, string Target)
{
    private const int Longest = 256 * 1024;

    /// <summary>The next request of a connection, or <see langword="null"/> at its end.</summary>
    public static async Task<HttpHead?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var total = 0;
        while (await LineAsync(stream, cancellationToken) is { } line)
        {
            total += line.Length;
            if (total > Longest)
                throw new IOException("the head of a request is too long");
            if (line.Length > 0)
            {
                lines.Add(line);
                continue;
            }
            var parts = lines[0].Split(' ');
            await SkipBodyAsync(stream, lines, cancellationToken);
            return new(parts[0], parts[1]);
        }
        return null;
    }

    private static async Task SkipBodyAsync(Stream stream, List<string> lines, CancellationToken cancellationToken)
    {
        if (Header(lines, "Transfer-Encoding") is not null)
        {
            while (true)
            {
                var size = int.Parse((await LineAsync(stream, cancellationToken))!.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await SkipAsync(stream, size + 2, cancellationToken);
                if (size == 0)
                    return;
            }
        }
        if (Header(lines, "Content-Length") is { } length)
            await SkipAsync(stream, int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
    }

    private static string? Header(List<string> lines, string name)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                return line[(name.Length + 1)..].Trim();
        }
        return null;
    }

    private static async Task SkipAsync(Stream stream, int count, CancellationToken cancellationToken) =>
        await stream.ReadExactlyAsync(new byte[count], cancellationToken);

    private static async Task<string?> LineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
                return line.ToString();
            if (one[0] != '\r')
                line.Append((char)one[0]);
            if (line.Length > Longest)
                throw new IOException("a line of a request is too long");
        }
        return null;
    }
}
