using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>A JSON pointer (RFC 6901), as it stands behind the <c>#</c> of a reference.</summary>
internal static class JsonPointer
{
    /// <summary>The steps of a pointer; <see langword="null"/> when it is none. An empty one leads to the whole document, as does <c>/</c> alone.</summary>
    public static IReadOnlyList<string>? Parse(string text)
    {
        if (text is "" or "/")
            return [];
        if (text[0] != '/')
            return null;
        var steps = text[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "\0", StringComparison.Ordinal);
            if (step.Contains('~', StringComparison.Ordinal))
                return null;
            steps[i] = step.Replace('\0', '~');
        }
        return steps;
    }

    /// <summary>The value one step on, or <see langword="null"/> when there is none.</summary>
    public static ConfigNode? Step(ConfigNode node, string step)
    {
        if (node.Kind == ConfigKind.Array)
        {
            var isIndex = step is "0" || (step.Length is > 0 and < 10 && step[0] != '0' && step.All(char.IsAsciiDigit));
            return isIndex && int.Parse(step, CultureInfo.InvariantCulture) is var index && index < node.Items.Count ? node.Items[index] : null;
        }
        for (var i = node.Members.Count - 1; i >= 0; i--)
        {
            if (node.Members[i].Name == step)
                return node.Members[i].Value;
        }
        return null;
    }
}
