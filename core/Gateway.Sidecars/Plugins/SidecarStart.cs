using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gateway.Core;
using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Processes;
using Gateway.Sidecars.Connections;
using Gateway.Sidecars.Processes;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Sidecar.Protocol;

namespace Gateway.Sidecars.Plugins;

/// <summary>Starts the process of one plugin, each time with a socket and a secret of its own.</summary>
/// <param name="plugin">The plugin.</param>
/// <param name="plan">How it is run.</param>
/// <param name="executable">The gateway's own executable, with the arguments that it needs itself.</param>
/// <param name="lines">Where what it prints goes.</param>
internal sealed class SidecarStart(FoundPlugin plugin, ProcessPlan plan, IReadOnlyList<string> executable, SidecarLines lines) : IDisposable
{
    private const string Cookie = "krakenplugins";
    private const int SecretBytes = 32;

    // Which algorithms are allowed holds for plugins of the executable too.
    private const string Fips = "GODEBUG";

    // What a plugin of the SDK needs of the runtime when the gateway's executable runs it: little memory rather than threads and heaps for all processors.
    private static readonly KeyValuePair<string, string>[] s_runtime = [new("DOTNET_gcServer", "0"), new("DOTNET_gcConcurrent", "0"), new("DOTNET_EnableDiagnostics", "0")];

    private readonly DateTime _manifestTime = TimeOf(plugin);
    private PrivateFolder? _folder;

    /// <summary>Where the process that was started last listens.</summary>
    public string Socket { get; private set; } = "";

    /// <summary>What the process that was started last expects of every call.</summary>
    public string Secret { get; private set; } = "";

    /// <summary>Starts it.</summary>
    /// <exception cref="SidecarException">There is no such program, or a file is not what the manifest says.</exception>
    public async Task<SidecarProcess> StartAsync()
    {
        CheckHashes();
        _folder ??= MakeFolder();
        Socket = _folder.NextSocket();
        Secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        lines.Begin();
        var isOwn = plugin.Manifest!.Entry.Assembly.Length > 0;
        var launch = new ProcessLaunch
        {
            Command = isOwn ? [.. executable, "sidecar", "--folder", plugin.Folder] : Command(plugin.Manifest.Entry.Command),
            Folder = plugin.Folder,
            Environment = isOwn ? [.. plugin.Manifest.Permissions.Environment, Fips] : plugin.Manifest.Permissions.Environment,
            Settings = isOwn ? RuntimeSettings() : [],
            Limits = new ProcessLimits { Memory = plan.Memory, CpuTime = plan.CpuTime, OpenFiles = plan.OpenFiles, UserId = (uint?)plan.User, GroupId = (uint?)plan.Group },
            Greeting = Greeting(),
        };
        return await SidecarProcess.StartAsync(launch, OperatingSystem.IsLinux() ? [.. executable, "confine"] : [], lines.Output, lines.Error).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder?.Dispose();

    private PrivateFolder MakeFolder()
    {
        var folder = new PrivateFolder();
        try
        {
            // Whoever makes the socket must be able to; whoever may change users may enter all the same.
            if (plan.User is { } user && OperatingSystem.IsLinux())
                folder.GiveTo((uint)user, (uint)(plan.Group ?? user));
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private string Greeting() => new JsonObject
    {
        ["cookie"] = Cookie,
        ["socket"] = Socket,
        ["secret"] = Secret,
        ["min_protocol"] = PluginServiceMethods.ProtocolVersion,
        ["max_protocol"] = PluginServiceMethods.ProtocolVersion,
        ["gateway_version"] = Product.Version,
    }.ToJsonString();

    private List<string> Command(IReadOnlyList<string> written)
    {
        var program = written[0];
        var path = program.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(Path.Combine(plugin.Folder, program)) : InPath(program);
        if (path is null || !File.Exists(path))
        {
            throw new SidecarException(path is null
                ? $"cannot be started: there is no program \"{program}\" in the PATH of the gateway; install it, or write \"./{program}\" for one in the plugin's folder"
                : $"cannot be started: there is no {path}{(Changed() is { Length: > 0 } changed ? changed : $"; correct \"entry.command\" of its {PluginManifest.FileName}")}")
            { IsFinal = true };
        }
        return [Path.GetFullPath(path), .. written.Skip(1)];
    }

    private static string? InPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private void CheckHashes()
    {
        foreach (var (path, expected) in plugin.Manifest!.Hashes)
        {
            string found;
            try
            {
                found = PluginLoadContext.HashOf(File.ReadAllBytes(Path.Combine(plugin.Folder, path)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new SidecarException($"cannot be started: {exception.Message}{Changed()}") { IsFinal = true };
            }
            if (found != expected && Changed() is { Length: > 0 } changed)
                throw new SidecarException($"is not started: {path} is not the file that {PluginManifest.FileName} named{changed}") { IsFinal = true };
            if (found != expected)
                throw new SidecarException($"is not started: {path} is not the file that {PluginManifest.FileName} names, its hash differs; build or install the plugin again") { IsFinal = true };
        }
    }

    // What another build does to the running one, as the end of a sentence.
    private string Changed() => TimeOf(plugin) == _manifestTime ? "" : $"; the plugin's folder {plugin.Folder} has changed since it was loaded, and a reload takes that up";

    private static DateTime TimeOf(FoundPlugin plugin) => File.GetLastWriteTimeUtc(Path.Combine(plugin.Folder, PluginManifest.FileName));

    // The environment that tells the executable where its runtime is does not reach the plugin.
    private static List<KeyValuePair<string, string>> RuntimeSettings()
    {
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        if (string.IsNullOrEmpty(root))
            root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return Directory.Exists(Path.Combine(root, "host", "fxr")) ? [.. s_runtime, new("DOTNET_ROOT", root)] : [.. s_runtime];
    }
}
