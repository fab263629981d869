using System.Buffers;
using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Values put next to each other; nothing (nil, an absent key) is left out.</summary>
internal static class QuotingFunctions
{
    // What needs no escape: ASCII that prints, but for quotation marks and backslashes.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    public static void AddTo(FunctionTable table)
    {
        table.AddVariadic("quote", Quote, Kind.Any);
        table.AddVariadic("squote", SingleQuote, Kind.Any);
        table.AddVariadic("cat", Concatenate, Kind.Any);
    }

    private static TemplateValue Quote(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new StringBuilder();
        foreach (var argument in arguments)
        {
            if (argument.IsNothing) continue;
            if (result.Length > 0) result.Append(' ');
            var text = GoFormat.Print(argument);
            if (text.AsSpan().ContainsAnyExcept(Plain)) result.Append(GoFormat.Quote(text));
            else result.Append('"').Append(text).Append('"');
            SprigLimits.CheckCharacters("quote", result.Length);
        }
        return TemplateValue.From(result.ToString());
    }

    private static TemplateValue SingleQuote(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new StringBuilder();
        foreach (var argument in arguments)
        {
            if (argument.IsNothing) continue;
            if (result.Length > 0) result.Append(' ');
            result.Append('\'').Append(GoFormat.Print(argument)).Append('\'');
            SprigLimits.CheckCharacters("squote", result.Length);
        }
        return TemplateValue.From(result.ToString());
    }

    private static TemplateValue Concatenate(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = new StringBuilder();
        var isFirst = true;
        foreach (var argument in arguments)
        {
            if (argument.IsNothing) continue;
            if (!isFirst) result.Append(' ');
            isFirst = false;
            result.Append(GoFormat.Print(argument));
            SprigLimits.CheckCharacters("cat", result.Length);
        }
        return TemplateValue.From(result.ToString());
    }
}
