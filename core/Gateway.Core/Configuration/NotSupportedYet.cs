using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// What the language has and this version does not do yet. Each of these refuses the configuration, because running on without
/// it would behave differently from what was asked for. Lines go away as the features come.
/// </summary>
internal static class NotSupportedYet
{
    /// <summary>The <c>router</c> namespace.</summary>
    public static void Check(RouterDocument router, ConfigDiagnostics diagnostics)
    {
        if (router.DecompressGzip)
            Refuse(router.Source, "decompress_gzip", "unpacking of request bodies", diagnostics);
    }

    /// <summary>The <c>proxy</c> namespace of an endpoint.</summary>
    public static void Check(EndpointProxyDocument proxy, ConfigDiagnostics diagnostics)
    {
        if (proxy.DecompressGzip)
            Refuse(proxy.Source, "decompress_gzip", "unpacking of request bodies", diagnostics);
    }

    /// <summary>The catch-all endpoint; true when the endpoint is one and was refused.</summary>
    public static bool IsCatchAll(string path, ConfigSource source, ConfigDiagnostics diagnostics)
    {
        if (path != "/__catchall")
            return false;
        Refuse(source, "endpoint", "the catch-all endpoint", diagnostics);
        return true;
    }

    /// <summary>A variable in a verbatim host; true when it was refused.</summary>
    public static bool IsDynamicHost(string host, int index, ConfigSource backend, ConfigDiagnostics diagnostics)
    {
        if (!host.Contains('{', StringComparison.Ordinal))
            return false;
        backend.Error(diagnostics, "host", index, "variables in a host are not supported yet by this version");
        return true;
    }

    /// <summary>Why a placeholder of a <c>url_pattern</c> is refused, or <see langword="null"/> when it is not one of these.</summary>
    public static string? Placeholder(string name) =>
        name.StartsWith("input_headers.", StringComparison.Ordinal) || name.StartsWith("input_query_strings.", StringComparison.Ordinal)
            ? $"{{{name}}}: headers and query strings of the request in a url_pattern are not supported yet by this version"
            : null;

    private static void Refuse(ConfigSource source, string attribute, string what, ConfigDiagnostics diagnostics) =>
        source.Error(diagnostics, attribute, $"not supported yet by this version: {what}");
}
