using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.YamlDocuments;

/// <summary>Tags: those of the core schema say what a scalar is, some older ones are harmless, others mean something to somebody else.</summary>
internal static class YamlTags
{
    private const string Core = "tag:yaml.org,2002:";

    public static ConfigNode Scalar(SourcePosition position, string tag, string text, bool isPlain, YamlLimits limits)
    {
        switch (Name(tag))
        {
            case "":
                return isPlain ? YamlScalars.Plain(position, text) : ConfigNode.String(position, text);
            case "!" or "str" or "binary" or "timestamp":
                return ConfigNode.String(position, text);
            case "null" when YamlScalars.IsNull(text):
                return ConfigNode.Null(position);
            case "bool" when YamlScalars.AsBoolean(text) is { } flag:
                return ConfigNode.Boolean(position, flag);
            case "int" when YamlScalars.AsNumber(position, text) is { } whole && whole.AsSpan().IndexOfAny(".eE") < 0:
                return ConfigNode.Number(position, whole);
            case "float" when YamlScalars.AsNumber(position, text) is { } number:
                return ConfigNode.Number(position, number);
            case ("null" or "bool" or "int" or "float") and var name:
                throw new YamlDocumentException(position, $"{ConfigText.Quote(text)} is no value of the tag !!{name}");
            default:
                RefuseUnknown(position, tag, limits);
                return ConfigNode.String(position, text);
        }
    }

    /// <summary>Checks the tag of a mapping or a list.</summary>
    public static void CheckContainer(SourcePosition position, string tag, bool isMapping, YamlLimits limits)
    {
        switch (Name(tag))
        {
            case "" or "!":
            case "map" or "set" when isMapping:
            case "seq" or "omap" or "pairs" when !isMapping:
                return;
            case "map" or "set" or "seq" or "omap" or "pairs" or "str" or "null" or "bool" or "int" or "float":
                throw new YamlDocumentException(position, $"the tag !!{Name(tag)} does not fit {(isMapping ? "a mapping" : "a list")}");
            default:
                RefuseUnknown(position, tag, limits);
                return;
        }
    }

    private static string Name(string tag) => tag.StartsWith(Core, StringComparison.Ordinal) ? tag[Core.Length..] : tag;

    private static void RefuseUnknown(SourcePosition position, string tag, YamlLimits limits)
    {
        if (!limits.IgnoresUnknownTags)
            throw new YamlDocumentException(position, $"the tag {ConfigText.Quote(tag)} is not understood; remove it (known are !!str, !!int, !!float, !!bool, !!null, !!map, !!seq)");
    }
}
