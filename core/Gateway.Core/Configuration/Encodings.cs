using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The two uses of an encoding's name.</summary>
public static class EncodingKind
{
    /// <summary>Reads answers of backends (<c>encoding</c>).</summary>
    public const string Decoder = "decoder";

    /// <summary>Writes answers for clients (<c>output_encoding</c>).</summary>
    public const string Render = "render";
}

/// <summary>Names of renderings: those of core, then those of plugins; an unknown one means <c>json</c>.</summary>
internal static class OutputEncodings
{
    private static readonly string[] s_known = ["json", "fast-json", "json-collection", "xml", "negotiate", "string", "no-op"];

    /// <summary>The rendering meant, with a warning about an unknown one.</summary>
    public static string Resolve(string written, ConfigSource source, LoadContext context)
    {
        if (s_known.Contains(written, StringComparer.Ordinal) || context.Options.IsEncodingAvailable(EncodingKind.Render, written))
            return written;
        if (written == "yaml")
            source.Error(context.Diagnostics, "output_encoding", MissingPlugin.Encoding(written));
        else
            source.Warning(context.Diagnostics, "output_encoding", $"{ConfigText.Quote(written)} is no output encoding, json is used{NearestName.Suggest(written, s_known)} ({string.Join(", ", s_known)}, yaml)");
        return "json";
    }
}

/// <summary>Names of decoders: those of core, then those of plugins; an unknown one means <c>json</c>.</summary>
internal static class BackendEncodings
{
    private static readonly string[] s_known = ["json", "safejson", "fast-json", "xml", "string", "no-op"];

    /// <summary>Whether a name is none of core's own.</summary>
    public static bool IsOfPlugin(string name) => !s_known.Contains(name, StringComparer.Ordinal);

    /// <summary>The decoder meant, with a warning about an unknown one.</summary>
    public static string Resolve(BackendDocument backend, LoadContext context)
    {
        var written = backend.Encoding;
        if (written.Length == 0)
            return "json";
        if (s_known.Contains(written, StringComparer.Ordinal) || context.Options.IsEncodingAvailable(EncodingKind.Decoder, written))
            return written;
        if (written is "yaml" or "rss")
        {
            backend.Source.Error(context.Diagnostics, "encoding", MissingPlugin.Encoding(written));
            return "json";
        }
        var advice = written == "grpc"
            ? "; with the namespace backend/grpc the encoding is not used"
            : $"{NearestName.Suggest(written, s_known)} ({string.Join(", ", s_known)}, rss, yaml)";
        backend.Source.Hint(context.Diagnostics, "encoding", $"{ConfigText.Quote(written)} is no encoding, json is used{advice}");
        return "json";
    }
}

/// <summary>
/// What the language has and core leaves to plugins, beside namespaces. Without the plugin the configuration is refused, because running on
/// would behave differently from what was asked for.
/// </summary>
internal static class MissingPlugin
{
    public static string Encoding(string name) => $"no plugin provides the encoding \"{name}\"; install one";

    public static string Discovery(string name) => $"no plugin provides the service discovery \"{name}\"; install one";
}
