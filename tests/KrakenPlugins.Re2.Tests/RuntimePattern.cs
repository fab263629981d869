using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using KrakenPlugins.Re2.Matching;
using KrakenPlugins.Re2.Syntax;
using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Tests;

/// <summary>
/// Writes a tree as a pattern for .NET's non-backtracking engine. It reads UTF-16 unit by unit, so the pattern holds for texts without
/// surrogates only; ASCII word boundaries it cannot express.
/// </summary>
internal sealed class RuntimePattern
{
    // Beyond these the engine's own construction is what takes time.
    private const int MaxInstructions = 2000;
    private const int MaxHeight = 250;

    private readonly StringBuilder _pattern = new();
    private bool _isExact = true;

    private RuntimePattern()
    {
    }

    /// <summary>The pattern's engine, or <see langword="null"/> where .NET cannot say the same.</summary>
    public static Regex? TryCreate(Node root, MatchProgram program)
    {
        if (program.Instructions.Length > MaxInstructions || root.Height > MaxHeight) return null;
        var writer = new RuntimePattern();
        writer.Write(root);
        if (!writer._isExact) return null;
        try
        {
            return new Regex(writer._pattern.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            // The engine's bound on the size of its automaton.
            return null;
        }
    }

    private void Write(Node node)
    {
        switch (node)
        {
            case SetNode set:
                WriteSet(set.Set);
                break;
            case AssertionNode assertion:
                WriteAssertion(assertion.Assertion);
                break;
            case CaptureNode capture:
                WriteGrouped(capture.Body);
                break;
            case ConcatNode concat:
                foreach (var part in concat.Parts)
                {
                    if (part is AlternateNode) WriteGrouped(part);
                    else Write(part);
                }
                break;
            case AlternateNode alternate:
                for (var i = 0; i < alternate.Choices.Length; i++)
                {
                    if (i > 0) _pattern.Append('|');
                    Write(alternate.Choices[i]);
                }
                break;
            case RepeatNode repeat:
                WriteRepeat(repeat);
                break;
        }
    }

    private void WriteGrouped(Node node)
    {
        _pattern.Append("(?:");
        Write(node);
        _pattern.Append(')');
    }

    private void WriteRepeat(RepeatNode repeat)
    {
        if (repeat.Body is SetNode set) WriteSet(set.Set);
        else WriteGrouped(repeat.Body);
        _pattern.Append(CultureInfo.InvariantCulture, $"{{{repeat.Min},");
        if (repeat.Max >= 0) _pattern.Append(CultureInfo.InvariantCulture, $"{repeat.Max}");
        _pattern.Append(repeat.IsGreedy ? "}" : "}?");
    }

    private void WriteAssertion(Assertion assertion)
    {
        var text = assertion switch
        {
            Assertion.BeginText => @"\A",
            Assertion.EndText => @"\z",
            Assertion.BeginLine => "(?m:^)",
            Assertion.EndLine => "(?m:$)",
            _ => null,
        };
        _isExact &= text is not null;
        _pattern.Append(text);
    }

    private void WriteSet(CodePointSet set)
    {
        if (set.Single is >= 0 and <= 0xFFFF and var single && !IsSurrogate(single))
        {
            WriteUnit(single);
            return;
        }
        _pattern.Append('[');
        var start = _pattern.Length;
        var bounds = set.Bounds;
        for (var i = 0; i < bounds.Length && bounds[i] <= 0xFFFF; i += 2)
        {
            var (first, last) = (bounds[i], Math.Min(bounds[i + 1], 0xFFFF));
            WriteRange(first, Math.Min(last, 0xD7FF));
            WriteRange(Math.Max(first, 0xE000), last);
        }
        if (_pattern.Length == start) _pattern.Append(@"^\u0000-\uFFFF");
        _pattern.Append(']');
    }

    private void WriteRange(int first, int last)
    {
        if (first > last) return;
        WriteUnit(first);
        if (last == first) return;
        _pattern.Append('-');
        WriteUnit(last);
    }

    private void WriteUnit(int unit)
    {
        if (unit < 128 && char.IsAsciiLetterOrDigit((char)unit)) _pattern.Append((char)unit);
        else _pattern.Append(CultureInfo.InvariantCulture, $"\\u{unit:X4}");
    }

    private static bool IsSurrogate(int codePoint) => codePoint is >= 0xD800 and <= 0xDFFF;
}
