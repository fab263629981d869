using System.Diagnostics;
using System.Globalization;

namespace Gateway.Bench;

/// <summary>
/// Two versions of a configuration and of the plugin that it uses. Each writes its letter into two places of every answer: the
/// configuration into <c>first</c>, the plugin into <c>second</c>.
/// </summary>
internal sealed class StampVersions(string folder, int port, int upstreamPort)
{
    private static readonly string[] Letters = ["A", "B"];

    /// <summary>The configuration.</summary>
    public string File => Path.Combine(folder, "reload.json");

    /// <summary>For <c>--plugins</c>.</summary>
    public string Plugins => Path.Combine(folder, "reload-plugins");

    /// <summary>The admin listener's socket.</summary>
    public string AdminSocket => Path.Combine(folder, "admin.sock");

    /// <summary>Its token.</summary>
    public const string AdminToken = "only-for-this-measurement";

    /// <summary>Builds the two plugins.</summary>
    /// <exception cref="BenchException">They cannot be built.</exception>
    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        string project = Path.Combine(GatewayProcess.FindRoot(), "tools", "bench", "stamp", "Stamp.csproj");
        foreach (string letter in Letters)
        {
            var start = new ProcessStartInfo("dotnet",
                ["build", project, "-c", "Release", $"-p:StampBuild={letter}", "--no-incremental", "-v", "q", "--nologo", "-o", BuildFolder(letter)]) { RedirectStandardOutput = true };
            using Process process = Process.Start(start) ?? throw new BenchException("dotnet could not be started");
            string text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new BenchException($"{project} cannot be built: {text}");
        }
    }

    /// <summary>Puts a version in place of the other.</summary>
    /// <param name="number">Even for one, odd for the other.</param>
    public void Write(int number)
    {
        string letter = Letters[number % Letters.Length];
        string plugin = Directory.CreateDirectory(Path.Combine(Plugins, "stamp")).FullName;
        foreach (string file in Directory.EnumerateFiles(BuildFolder(letter), "Stamp.d*"))
            System.IO.File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)), overwrite: true);
        System.IO.File.WriteAllText(Path.Combine(plugin, "plugin.json"), Manifest);
        System.IO.File.WriteAllText(File, Configuration(letter));
    }

    /// <summary>The version that an answer is of; null when it is of neither, or of both.</summary>
    public static string? VersionOf(string body)
    {
        foreach (string letter in Letters)
        {
            if (body.Contains($"\"first\":\"{letter}\"", StringComparison.Ordinal) && body.Contains($"\"second\":\"{letter}\"", StringComparison.Ordinal))
                return letter;
        }
        return null;
    }

    private string BuildFolder(string letter) => Path.Combine(folder, $"stamp-{letter}");

    private const string Manifest = """
        {
          "id": "stamp", "version": "1.0.0", "description": "Says which build it is.", "sdk": "[0.1,1.0)", "runtime": "dotnet",
          "entry": { "assembly": "Stamp.dll", "type": "Gateway.Bench.Stamp.StampPlugin" },
          "namespaces": [ { "name": "stamp/stamp", "scope": "endpoint", "layer": "proxy" } ]
        }
        """;

    private string Configuration(string letter) => """
        {
          "version": 3, "listen_ip": "127.0.0.1", "port": $PORT, "timeout": "10s", "host": ["http://127.0.0.1:$UPSTREAM"],
          "extra_config": { "router": { "disable_access_log": true }, "gateway/admin": { "listen": "unix:$SOCKET", "token": "$TOKEN" } },
          "endpoints": [ {
            "endpoint": "/a",
            "extra_config": { "stamp/stamp": {}, "proxy": { "static": { "strategy": "always", "data": { "first": "$LETTER" } } } },
            "backend": [ { "url_pattern": "/user", "allow": ["id", "email"] } ]
          } ]
        }
        """.Replace("$PORT", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("$UPSTREAM", upstreamPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("$SOCKET", AdminSocket, StringComparison.Ordinal)
        .Replace("$TOKEN", AdminToken, StringComparison.Ordinal)
        .Replace("$LETTER", letter, StringComparison.Ordinal);
}
