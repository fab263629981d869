namespace Gateway.Core.Configuration.Flexible;

/// <summary>What formats the texts of a flexible configuration are in.</summary>
internal static class DocumentFormat
{
    /// <summary>The format of a settings file or of a referenced file; JSON where its extension names none.</summary>
    public static ConfigFormat Of(string path) => ConfigFormats.OfExtension(WithoutTemplate(path)) ?? ConfigFormat.Json;

    /// <summary>The format of a rendered document: what the file that keeps it is called decides, then the template (CFG-081).</summary>
    /// <param name="template">The base template.</param>
    /// <param name="result">The file that keeps the document; empty when there is none.</param>
    public static ConfigFormat OfRendered(string template, string result) => Named(result) ?? Named(template) ?? ConfigFormat.Json;

    /// <summary>The format of a configuration; <see langword="null"/> where its extension names none.</summary>
    public static ConfigFormat? Named(string path) => ConfigFile.FormatOf(WithoutTemplate(path));

    private static string WithoutTemplate(string path) =>
        path.EndsWith(".tmpl", StringComparison.OrdinalIgnoreCase) ? path[..^".tmpl".Length] : path;
}
