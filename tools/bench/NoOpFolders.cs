using System.Globalization;

namespace Gateway.Bench;

/// <summary>The plugins that do nothing (<c>noop/</c>) as a gateway finds them: each in a folder of its own with its own copy of the code.</summary>
internal static class NoOpFolders
{
    /// <summary>How many there are.</summary>
    public const int Count = 30;

    private const string Assembly = "NoOp.dll";

    /// <summary>The namespace of a plugin, which stands in the <c>extra_config</c> of an endpoint.</summary>
    /// <param name="number">From 0 to <see cref="Count"/> - 1.</param>
    public static string Namespace(int number) => $"noop/{Digits(number)}";

    /// <summary>Lays the folders out.</summary>
    /// <param name="build">Folder of the built assembly.</param>
    /// <param name="target">Folder that is to hold theirs.</param>
    public static void Stage(string build, string target)
    {
        for (var number = 0; number < Count; number++)
        {
            var folder = Directory.CreateDirectory(Folder(target, number)).FullName;
            foreach (var file in Directory.EnumerateFiles(build, "NoOp.d*"))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            File.WriteAllText(Path.Combine(folder, "plugin.json"), Manifest(number));
        }
    }

    /// <summary>The folder of one plugin.</summary>
    public static string Folder(string target, int number) => Path.Combine(target, $"noop-{Digits(number)}");

    private static string Manifest(int number) => $$"""
        {
          "id": "noop-{{Digits(number)}}",
          "version": "1.0.0",
          "description": "Hands every request on.",
          "sdk": "[0.1,1.0)",
          "runtime": "dotnet",
          "entry": { "assembly": "{{Assembly}}", "type": "Gateway.Bench.NoOp.P{{Digits(number)}}" },
          "namespaces": [ { "name": "{{Namespace(number)}}", "scope": "endpoint", "layer": "proxy" } ]
        }
        """;

    private static string Digits(int number) => number.ToString("D2", CultureInfo.InvariantCulture);
}
