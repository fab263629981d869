using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary>Projects of plugins in JavaScript and Python, generated one by one, with what they need installed.</summary>
public sealed class SidecarProjects : IAsyncLifetime
{
    private static readonly TimeSpan s_installLimit = TimeSpan.FromMinutes(3);

    private readonly Folder _folder = new();

    /// <summary>Languages and kinds.</summary>
    public static IEnumerable<(string Language, string Kind)> All => new[] { "js", "python" }.SelectMany(static language =>
        Directory.GetDirectories(Path.Combine(Executable.Repository, "sdk", "templates", language, "kinds")).Select(d => (language, Path.GetFileName(d))).Order());

    /// <summary>The environment of commands: the system's Python first, because that has gRPC.</summary>
    internal static Dictionary<string, string> Environment { get; } = new()
    {
        ["PATH"] = $"/usr/bin:{Path.GetDirectoryName(Executable.Path)}:{System.Environment.GetEnvironmentVariable("PATH")}",
        ["PYTHONDONTWRITEBYTECODE"] = "1",
    };

    /// <summary>Folder of a project.</summary>
    public string Of(string language, string kind) => Path.Combine(_folder.Path, language, kind);

    public async Task InitializeAsync()
    {
        string? installed = null;
        foreach (var (language, kind) in All)
        {
            var project = Of(language, kind);
            var made = await Executable.RunAsync("plugin", "new", kind, "Contoso.Mine", "--lang", language, "--out", project);
            Assert.Equal((0, ""), (made.Status, made.Error));
            if (language == "js" && installed is null)
                installed = await InstallAsync(project);
            else if (language == "js")
                Copy(installed!, Path.Combine(project, "node_modules"));
        }
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    // All of them need the same; one installation is enough to see that it works.
    private static async Task<string> InstallAsync(string project)
    {
        using var npm = Executable.Start("npm", project, null, "install", "--no-audit", "--no-fund", "--ignore-scripts");
        var run = await Executable.FinishAsync(npm, s_installLimit);
        Assert.True(run.Status == 0, run.Out + run.Error);
        return Path.Combine(project, "node_modules");
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
