using System.Runtime.InteropServices;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary>
/// What a third party does, outside of the repository: packages from a feed, a project out of the template, a dependency of its own, build,
/// check, test, package, installation, a gateway that uses it, an upgrade under way.
/// </summary>
public sealed class ThirdPartyTests : IAsyncLifetime
{
    // A version of a library that the gateway has, too, that no gateway has.
    private const string OtherVersion = "0.9.77";

    private readonly Folder _folder = new();
    private Upstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = (await Upstream.StartAsync()).Answer("/ok", """{"a":1}""");

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_plugin_is_made_built_checked_tested_installed_used_and_upgraded()
    {
        await MakeFeedAsync();
        var project = await MakeProjectAsync();

        await DotnetAsync(project, "build", "Acme.Audit", "-c", "Release", "-v", "q", "--nologo");
        await DotnetAsync(project, "test", "Acme.Audit.Tests", "-v", "q", "--nologo");
        var built = Path.Combine(project, "Acme.Audit", "bin", "Release", "net10.0", "plugin", "acme.audit");
        var check = await Executable.RunAsync("plugin", "check", "--run", built);
        Assert.True(check.Status == 0, check.Out + check.Error);
        var test = await Executable.RunAsync("plugin", "test", built, "--config", """{"text":"tried"}""", "--response", """{"body":{"a":1}}""");
        Assert.True(test.Status == 0 && test.Out.Contains("tried", StringComparison.Ordinal), test.Out + test.Error);
        await DotnetAsync(project, "pack", "Acme.Audit", "-c", "Release", "-v", "q", "--nologo", "-o", Path.Combine(_folder.Path, "packages"));

        var plugins = Path.Combine(_folder.Path, "plugins");
        await GatewayAsync("plugin", "install", Path.Combine(_folder.Path, "packages", "Acme.Audit.1.0.0.nupkg"), "--to", plugins);
        await using var gateway = await RunningGateway.RunAsync(_folder, Configuration, "--plugins", plugins);
        Assert.Equal($$"""{"a":1,"library":"{{OtherVersion}}.0","note":"audited"}""", await gateway.Client.GetStringAsync("/audited"));

        await UpgradeAsync(project, plugins);
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded");
        Assert.Equal($$"""{"a":1,"library":"{{OtherVersion}}.0","note":"audited twice"}""", await gateway.Client.GetStringAsync("/audited"));
    }

    private string Configuration => $$"""
        {"version":3,"endpoints":[{"endpoint":"/audited","extra_config":{"acme/audit":{"text":"audited"} },
          "backend":[{"host":["{{_upstream.Host}}"],"url_pattern":"/ok"}]}]}
        """;

    // The projects of the repository are built already; the library with the other version is built from a copy of its sources.
    private async Task MakeFeedAsync()
    {
        var feed = Directory.CreateDirectory(Path.Combine(_folder.Path, "feed")).FullName;
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        foreach (var project in (string[])["sdk/KrakenPlugins.Sdk", "sdk/KrakenPlugins.Sdk.Testing", "sdk/templates"])
            await DotnetAsync(Executable.Repository, "pack", project, "-c", configuration, "--no-build", "-v", "q", "--nologo", "-o", feed);
        var sources = Path.Combine(_folder.Path, "library", "sdk", "KrakenPlugins.Re2");
        Copy(Path.Combine(Executable.Repository, "sdk", "KrakenPlugins.Re2"), sources);
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "sdk/Directory.Build.props"])
            File.Copy(Path.Combine(Executable.Repository, file), Path.Combine(_folder.Path, "library", file));
        await DotnetAsync(sources, "pack", "-c", "Release", $"-p:Version={OtherVersion}", "-v", "q", "--nologo", "-o", feed);
    }

    private async Task<string> MakeProjectAsync()
    {
        var work = Directory.CreateDirectory(Path.Combine(_folder.Path, "work")).FullName;
        await File.WriteAllTextAsync(Path.Combine(work, "NuGet.config"), $"""<configuration><packageSources><add key="local" value="{Path.Combine(_folder.Path, "feed")}" /></packageSources></configuration>""");
        var hive = Path.Combine(_folder.Path, "hive");
        var templates = Directory.GetFiles(Path.Combine(_folder.Path, "feed"), "KrakenPlugins.Templates.*.nupkg").Single();
        await DotnetAsync(work, "new", "install", templates, "--debug:custom-hive", hive);
        await DotnetAsync(work, "new", "kraken-proxy", "-n", "Acme.Audit", "--debug:custom-hive", hive);
        var project = Path.Combine(work, "Acme.Audit");
        await DotnetAsync(project, "add", "Acme.Audit", "package", "KrakenPlugins.Re2", "--version", OtherVersion);
        var middleware = Path.Combine(project, "Acme.Audit", "AuditMiddleware.cs");
        var code = await File.ReadAllTextAsync(middleware);
        Assert.Contains("data.Tree[config.Field]", code, StringComparison.Ordinal);
        await File.WriteAllTextAsync(middleware, code.Replace(
            "data.Tree[config.Field]", "data.Tree[\"library\"] = new DataString(typeof(KrakenPlugins.Re2.Re2Regex).Assembly.GetName().Version!.ToString());\n        if (result.Response?.Data is { } again)\n            again.Tree[config.Field]", StringComparison.Ordinal));
        // The template's own test knows nothing of the new member.
        var tests = Path.Combine(project, "Acme.Audit.Tests", "AuditTests.cs");
        await File.WriteAllTextAsync(tests, (await File.ReadAllTextAsync(tests)).Replace("\"a\":1,\"note\"", $"\"a\":1,\"library\":\"{OtherVersion}.0\",\"note\"", StringComparison.Ordinal));
        return project;
    }

    private async Task UpgradeAsync(string project, string plugins)
    {
        var middleware = Path.Combine(project, "Acme.Audit", "AuditMiddleware.cs");
        await File.WriteAllTextAsync(middleware, (await File.ReadAllTextAsync(middleware)).Replace("new DataString(config.Text)", "new DataString(config.Text + \" twice\")", StringComparison.Ordinal));
        await DotnetAsync(project, "build", "Acme.Audit", "-c", "Release", "-p:Version=1.1.0", "-v", "q", "--nologo");
        await GatewayAsync("plugin", "install", Path.Combine(project, "Acme.Audit", "bin", "Release", "net10.0", "plugin", "acme.audit"), "--to", plugins);
    }

    private static async Task GatewayAsync(params string[] args)
    {
        var run = await Executable.RunAsync(args);
        Assert.True(run.Status == 0, $"gateway {string.Join(' ', args)}\n{run.Out}{run.Error}");
    }

    // Packages of the feed go into a folder of their own, so that no other build ever sees them; all others are where they are.
    private async Task DotnetAsync(string folder, params string[] args)
    {
        var home = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var environment = new Dictionary<string, string>
        {
            ["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "nuget"),
            ["NUGET_FALLBACK_PACKAGES"] = home,
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        };
        if (folder == Executable.Repository)
            environment.Remove("NUGET_PACKAGES");
        using var process = Executable.Start("dotnet", folder, environment, args);
        var run = await Executable.FinishAsync(process, TimeSpan.FromMinutes(4));
        Assert.True(run.Status == 0, $"dotnet {string.Join(' ', args)}\n{run.Out}{run.Error}");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(from).Where(static f => Path.GetFileName(f) is not "bin" and not "obj"))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
