using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Names of renderings; an unknown one means <c>json</c>.</summary>
internal static class OutputEncodings
{
    private static readonly string[] s_known = ["json", "fast-json", "json-collection", "xml", "negotiate", "string", "no-op"];

    /// <summary>The rendering meant, with a warning about an unknown one.</summary>
    public static string Resolve(string written, ConfigSource source, ConfigDiagnostics diagnostics)
    {
        if (s_known.Contains(written, StringComparer.Ordinal))
            return written;
        if (!NotSupportedYet.CheckOutputEncoding(source, written, diagnostics))
            source.Warning(diagnostics, "output_encoding", $"{ConfigText.Quote(written)} is no output encoding, json is used{NearestName.Suggest(written, s_known)} ({string.Join(", ", s_known)})");
        return "json";
    }
}

/// <summary>Names of decoders; an unknown one means <c>json</c>.</summary>
internal static class BackendEncodings
{
    private static readonly string[] s_known = ["json", "safejson", "fast-json", "xml", "string", "no-op"];

    /// <summary>The decoder meant, with a warning about an unknown one.</summary>
    public static string Resolve(BackendDocument backend, ConfigDiagnostics diagnostics)
    {
        if (backend.Encoding.Length == 0 || NotSupportedYet.CheckEncoding(backend, diagnostics))
            return "json";
        if (s_known.Contains(backend.Encoding, StringComparer.Ordinal))
            return backend.Encoding;
        var advice = backend.Encoding == "grpc"
            ? "; with the namespace backend/grpc the encoding is not used"
            : $"{NearestName.Suggest(backend.Encoding, s_known)} ({string.Join(", ", s_known)}, rss, yaml)";
        backend.Source.Warning(diagnostics, "encoding", $"{ConfigText.Quote(backend.Encoding)} is no encoding, json is used{advice}");
        return "json";
    }
}
