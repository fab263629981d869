using Gateway.Core.Plugins;

namespace Gateway.Packages;

/// <summary>Which files of a plugin are code, by their names: what hashes have to vouch for.</summary>
internal static class CodeFiles
{
    private static readonly string[] s_compiled = [".dll", ".so", ".dylib", ".exe"];

    /// <summary>What an interpreter runs.</summary>
    private static readonly string[] s_scripts = [".js", ".mjs", ".cjs", ".ts", ".py", ".pyc", ".pyz", ".rb", ".php", ".pl", ".lua", ".sh", ".jar", ".wasm"];

    /// <summary>Whether a file of a plugin can run: in the gateway's process only what is compiled, in one of its own scripts too.</summary>
    public static bool IsCode(PluginManifest manifest, string path) =>
        Has(s_compiled, path) || (manifest.IsProcess && Has(s_scripts, path));

    /// <summary>Whether an argument of a command line names a file that the program in front of it runs.</summary>
    public static bool IsRun(string argument) =>
        !argument.StartsWith('-') && (Has(s_scripts, argument) || argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase));

    private static bool Has(string[] extensions, string path) => extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
