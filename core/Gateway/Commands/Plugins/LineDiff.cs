using System.Text;
using Gateway.CommandLine;

namespace Gateway.Commands.Plugins;

/// <summary>Two texts, line by line: what went with <c>-</c> in red, what came with <c>+</c> in green.</summary>
internal static class LineDiff
{
    private const int MostLines = 2_000;

    /// <summary>The lines of both, indented; the text itself when nothing changed.</summary>
    public static string Of(string before, string after, Terminal terminal)
    {
        var old = Lines(before);
        var current = Lines(after);
        var common = CommonLengths(old, current);
        var text = new StringBuilder();
        int i = 0, j = 0;
        while (i < old.Length || j < current.Length)
        {
            if (i < old.Length && j < current.Length && old[i] == current[j])
            {
                text.Append("    ").Append(old[i++]).Append('\n');
                j++;
            }
            else if (j < current.Length && (i == old.Length || common[i, j + 1] > common[i + 1, j]))
            {
                text.Append(terminal.Painted(Paint.Green, $"  + {current[j++]}")).Append('\n');
            }
            else
            {
                text.Append(terminal.Painted(Paint.Red, $"  - {old[i++]}")).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string[] Lines(string text) => [.. text.TrimEnd('\n').Split('\n').Take(MostLines)];

    // The longest common subsequence of the ends that begin at i and j.
    private static ushort[,] CommonLengths(string[] old, string[] current)
    {
        var lengths = new ushort[old.Length + 1, current.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = current.Length - 1; j >= 0; j--)
                lengths[i, j] = old[i] == current[j] ? (ushort)(lengths[i + 1, j + 1] + 1) : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
        }
        return lengths;
    }
}
