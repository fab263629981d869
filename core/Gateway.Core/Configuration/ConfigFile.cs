using Gateway.Core.Configuration.Flexible;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Reads a configuration file into a tree, in the format that its extension names.</summary>
internal static class ConfigFile
{
    private const string NotRendered = "; the line has a template action, which takes effect with FC_ENABLE=1 or a behaviour file (flexible_config.json)";

    /// <summary>The root, of any kind, or <see langword="null"/> with one error reported.</summary>
    public static ConfigNode? Read(string path, SourceFiles files, ConfigDiagnostics diagnostics)
    {
        try
        {
            var content = files.ReadFree(path).Span;
            var found = new ConfigDiagnostics();
            var format = FormatOf(path) ?? ConfigFormat.Json;
            var root = ConfigFormats.Read(path, content, format, found);
            foreach (var finding in found.All)
                diagnostics.Add(root is null && HasAction(content, finding.Position.Line) ? finding with { Message = finding.Message + NotRendered } : finding);
            return root is null ? null : Shaped(root, format);
        }
        catch (SourceFileException e)
        {
            diagnostics.Error(new(path, 0, 0), "", $"cannot read the configuration: {e.Reason}");
            return null;
        }
    }

    /// <summary>
    /// The format that a configuration's extension names, or <see langword="null"/>. INI and dotenv are for settings; they name none here.
    /// </summary>
    public static ConfigFormat? FormatOf(string path) => ConfigFormats.OfExtension(path) switch
    {
        ConfigFormat.Ini or ConfigFormat.DotEnv => null,
        var format => format,
    };

    /// <summary>A configuration as the language has it, where its format cannot say what is a number or a list.</summary>
    public static ConfigNode Shaped(ConfigNode root, ConfigFormat format) => root.Kind != ConfigKind.Object ? root : format switch
    {
        ConfigFormat.Properties => UntypedValues.Typed(root),
        ConfigFormat.Hcl => UntypedValues.Listed(root),
        _ => root,
    };

    private static bool HasAction(ReadOnlySpan<byte> content, int line)
    {
        for (var before = 1; before < line; before++)
            content = content[(content.IndexOf((byte)'\n') + 1)..];
        var end = content.IndexOf((byte)'\n');
        return (end < 0 ? content : content[..end]).IndexOf("{{"u8) >= 0;
    }
}
