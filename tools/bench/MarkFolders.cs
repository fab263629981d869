using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>The plugin of <c>mark/</c> as a gateway finds it: in process, in a process of .NET, and written in other languages.</summary>
/// <param name="folder">Where the folders are laid out.</param>
internal sealed class MarkFolders(string folder)
{
    /// <summary>Namespace of all of them, in the <c>extra_config</c> of a backend.</summary>
    public const string Namespace = "bench/mark";

    private const string Assembly = "Mark.dll";

    private string Build => Path.Combine(folder, "mark-build");

    /// <summary>Builds the assembly, ahead of time, as a release builds its plugins.</summary>
    /// <exception cref="BenchException">It cannot be built.</exception>
    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        string project = Path.Combine(Source, "Mark.csproj");
        var start = new ProcessStartInfo("dotnet",
        [
            "publish", project, "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false",
            "-p:PublishReadyToRun=true", "-v", "q", "--nologo", "-o", Build,
        ]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new BenchException("dotnet could not be started");
        string text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new BenchException($"{project} cannot be built: {text}");
    }

    /// <summary>The same folder with one word of its manifest changed.</summary>
    /// <param name="runtime"><c>dotnet</c> or <c>process</c>.</param>
    /// <returns>The folder.</returns>
    public string Stage(string runtime)
    {
        string target = Directory.CreateDirectory(Path.Combine(folder, $"mark-{runtime}")).FullName;
        foreach (string file in Directory.EnumerateFiles(Build, "Mark.d*"))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        Write(target, $"mark-{runtime}", runtime, new JsonObject { ["assembly"] = Assembly, ["type"] = "Gateway.Bench.Mark.MarkPlugin" });
        return target;
    }

    /// <summary>The plugin in JavaScript; <see langword="null"/> where its library's packages are not installed.</summary>
    public string? StageJavaScript() => Stage("js", "plugin.mjs", "node", "sidecar-js", "node_modules");

    /// <summary>The plugin in Python; <see langword="null"/> where there is no library.</summary>
    public string? StagePython() => Stage("python", "plugin.py", "/usr/bin/python3", "sidecar-python", "src");

    private string? Stage(string language, string file, string program, string library, string needed)
    {
        string home = Path.Combine(GatewayProcess.FindRoot(), "sdk", library);
        if (!Directory.Exists(Path.Combine(home, needed)))
            return null;
        string target = Directory.CreateDirectory(Path.Combine(folder, $"mark-{language}")).FullName;
        File.WriteAllText(Path.Combine(target, file), File.ReadAllText(Path.Combine(Source, file)).Replace("$LIBRARY", home, StringComparison.Ordinal));
        Write(target, $"mark-{language}", "process", new JsonObject { ["command"] = new JsonArray(program, file) });
        return target;
    }

    private static string Source => Path.Combine(GatewayProcess.FindRoot(), "tools", "bench", "mark");

    private static void Write(string target, string id, string runtime, JsonObject entry)
    {
        var place = new JsonObject { ["name"] = Namespace, ["scope"] = "backend", ["layer"] = "client" };
        if (runtime == "process")
        {
            place["stage"] = "martian";
            place["needs"] = new JsonObject { ["request_head"] = true, ["response_head"] = true };
        }
        File.WriteAllText(Path.Combine(target, "plugin.json"), new JsonObject
        {
            ["id"] = id, ["version"] = "1.0.0", ["description"] = "Marks requests and answers.", ["sdk"] = "[0.1,1.0)",
            ["runtime"] = runtime, ["entry"] = entry, ["namespaces"] = new JsonArray(place),
        }.ToJsonString());
    }
}
