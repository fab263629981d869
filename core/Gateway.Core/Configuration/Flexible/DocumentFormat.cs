namespace Gateway.Core.Configuration.Flexible;

/// <summary>What formats the texts of a flexible configuration are in.</summary>
internal static class DocumentFormat
{
    /// <summary>The format of a file by its extension, without a <c>.tmpl</c> behind it; JSON where it names none.</summary>
    public static ConfigFormat Of(string path) => Named(path) ?? ConfigFormat.Json;

    /// <summary>The format of a rendered document: what the file that keeps it is called decides, then the template (CFG-081).</summary>
    /// <param name="template">The base template.</param>
    /// <param name="result">The file that keeps the document; empty when there is none.</param>
    public static ConfigFormat OfRendered(string template, string result) => Named(result) ?? Of(template);

    /// <summary>The format of the extension; <see langword="null"/> where it names none.</summary>
    public static ConfigFormat? Named(string path) =>
        ConfigFormats.OfExtension(path.EndsWith(".tmpl", StringComparison.OrdinalIgnoreCase) ? path[..^".tmpl".Length] : path);
}
