using System.Globalization;
using System.Text.Json;
using Gateway.CommandLine;
using Gateway.Core.Plugins;

namespace Gateway.Commands.Plugins;

/// <summary><c>check-plugin</c>: compares what a plugin was built with and what the gateway has (EXT-073 to 077).</summary>
internal static class CheckPluginCommand
{
    private const string GoSum = "./go.sum";

    public static Command Definition { get; } = new()
    {
        Name = "check-plugin",
        Purpose = "Compares a plugin's dependencies with the gateway's",
        Description = "Compares the target framework, the SDK and the shared assemblies in a plugin's .deps.json with those of this gateway. Packages of the\nplugin's own are not compared: each plugin has its own versions. `plugin check` looks at the code as well.",
        Usage = "check-plugin [flags]",
        Example = "check-plugin -s ./plugin/acme.audit/Acme.Audit.deps.json",
        Flags =
        [
            new("format", 'f', FlagKind.Switch, "Shows commands that settle the differences"),
            new("go", 'g', FlagKind.Text, "Version of .NET that the plugin was built for", "what the file says"),
            new("libc", 'l', FlagKind.Text, "C library of the plugin's native code (GLIBC-2.31, MUSL-1.2, DARWIN-22); not compared when not given"),
            new("sum", 's', FlagKind.Text, "The plugin's .deps.json", "the one in this folder") { Completion = FlagCompletion.File },
        ],
        Run = Run,
    };

    private static Task<int> Run(Arguments arguments, Terminal terminal) =>
        CompareAsync(arguments.Text("sum") ?? Beside(), arguments.Text("go"), arguments.Text("libc"), arguments.Has("format"), terminal);

    /// <summary>Compares one dependency manifest; the result is the exit status.</summary>
    /// <param name="file">The <c>.deps.json</c>.</param>
    /// <param name="framework">Version of .NET that the plugin was built for, or <see langword="null"/> for what the file says.</param>
    /// <param name="library">C library of its native code, or <see langword="null"/> for no comparison.</param>
    /// <param name="showsCommands">Whether a difference is shown as the command that settles it.</param>
    /// <param name="terminal">Where to.</param>
    public static Task<int> CompareAsync(string file, string? framework, string? library, bool showsCommands, Terminal terminal)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse($"open {file}: {(exception is FileNotFoundException or DirectoryNotFoundException ? "no such file or directory" : exception.Message)}", terminal);
        }
        if (Path.GetFileName(file) == "go.sum")
            return Refuse($"{file} lists the modules of a Go plugin, which cannot run here; rewrite it (`gateway plugin new`) and name its .deps.json with --sum", terminal);
        BuiltWith built;
        try
        {
            built = BuiltWith.Read(content);
        }
        catch (JsonException exception)
        {
            return Refuse($"{file}: no dependency manifest of .NET (.deps.json): {exception.Message}", terminal);
        }
        var found = Compare(built, framework, library);
        if (found.Count == 0)
        {
            terminal.Out("No incompatibilities found!\n");
            return Task.FromResult(ExitStatus.Success);
        }
        foreach (var difference in found)
            terminal.Out(showsCommands && difference.Command is { } command ? command + "\n" : $"{difference.Name}\n\thave: {difference.Have}\n\twant: {difference.Want}\n");
        terminal.Out($"{found.Count.ToString(CultureInfo.InvariantCulture)} incompatibilities found\n");
        return Task.FromResult(ExitStatus.Failure);
    }

    // The file that a build lays beside the plugin's assembly; without one the reference's own name goes into the message.
    internal static string Beside() => Directory.GetFiles(".", "*.deps.json") is [var only] ? only : GoSum;

    private static List<Difference> Compare(BuiltWith built, string? framework, string? library)
    {
        var found = new List<Difference>();
        var runtime = Environment.Version.ToString();
        var target = framework ?? built.Framework;
        // A plugin for an earlier .NET runs here; .NET begins with 5, what is below is a version of something else.
        if (!Version.TryParse(target.Contains('.', StringComparison.Ordinal) ? target : target + ".0", out var version) || version.Major < 5 || new Version(version.Major, version.Minor) > new Version(Environment.Version.Major, Environment.Version.Minor))
            found.Add(new(".NET", target, runtime, null));
        var own = VersionCommand.CLibrary();
        if (library is not null && !IsCompatible(library, own))
            found.Add(new("libc", library, own, null));
        found.AddRange(built.Shared().OrderBy(static d => d.Name, StringComparer.Ordinal));
        return found;
    }

    // Of one family, and no later: C libraries keep what they once had.
    private static bool IsCompatible(string have, string want)
    {
        var (a, b) = (have.Split('-', 2), want.Split('-', 2));
        if (!a[0].Equals(b[0], StringComparison.OrdinalIgnoreCase))
            return false;
        return a.Length < 2 || b.Length < 2 || (Version.TryParse(a[1], out var x) && Version.TryParse(b[1], out var y) ? x <= y : a[1] == b[1]);
    }

    private static Task<int> Refuse(string message, Terminal terminal)
    {
        terminal.Error($"{terminal.Red("ERROR")} {message}\n");
        return Task.FromResult(ExitStatus.Failure);
    }
}

/// <summary>What a plugin was built with and the gateway does not have.</summary>
/// <param name="Name">Package, or part of the toolchain.</param>
/// <param name="Have">The plugin's version.</param>
/// <param name="Want">The gateway's.</param>
/// <param name="Command">A command that settles it, or <see langword="null"/>.</param>
internal sealed record Difference(string Name, string Have, string Want, string? Command);

/// <summary>What a <c>.deps.json</c> says of the build.</summary>
internal sealed class BuiltWith
{
    private readonly List<(string Package, string Version, Version? Assembly)> _packages = [];

    /// <summary>Version of the target framework.</summary>
    public string Framework { get; private init; } = "";

    /// <summary>Reads the file. Throws <see cref="JsonException"/> for anything else.</summary>
    public static BuiltWith Read(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content, new JsonDocumentOptions { AllowTrailingCommas = true });
        if (!TryObject(document.RootElement, "runtimeTarget", out var target) || !target.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
            || !TryObject(document.RootElement, "targets", out var targets) || !TryObject(targets, name.GetString()!, out var libraries))
            throw new JsonException("there is no \"runtimeTarget\" and its libraries");
        var text = name.GetString()!;
        var mark = text.IndexOf("Version=v", StringComparison.Ordinal);
        var built = new BuiltWith { Framework = text.StartsWith(".NETCoreApp", StringComparison.Ordinal) && mark >= 0 ? text[(mark + 9)..].Split('/')[0] : text };
        foreach (var library in libraries.EnumerateObject())
        {
            if (library.Name.Split('/') is [var package, var version])
                built._packages.Add((package, version, AssemblyVersion(library.Value)));
        }
        return built;
    }

    /// <summary>The packages that the gateway has as well, in another version than it can stand in for.</summary>
    public IEnumerable<Difference> Shared()
    {
        foreach (var (package, text, assembly) in _packages)
        {
            if (package == SharedAssemblies.SdkName)
            {
                if (SemanticVersion.TryParse(text, out var version) && version.CompareTo(SharedAssemblies.SdkVersion) > 0)
                    yield return Package(package, text, SharedAssemblies.SdkVersion.ToString());
            }
            else if (SharedAssemblies.IsContract(package) && assembly is not null && OwnVersion(package) is { } own && assembly > own)
            {
                yield return Package(package, text, own.ToString(3));
            }
        }
    }

    private static Difference Package(string package, string have, string want) => new(package, have, want, $"dotnet add package {package} --version {want}");

    private static Version? OwnVersion(string assembly) =>
        System.Runtime.Loader.AssemblyLoadContext.Default.LoadFromAssemblyName(new System.Reflection.AssemblyName(assembly)).GetName().Version;

    private static Version? AssemblyVersion(JsonElement library)
    {
        if (!TryObject(library, "runtime", out var files))
            return null;
        foreach (var file in files.EnumerateObject())
        {
            if (file.Value.ValueKind == JsonValueKind.Object && file.Value.TryGetProperty("assemblyVersion", out var text) && text.ValueKind == JsonValueKind.String && Version.TryParse(text.GetString(), out var version))
                return version;
        }
        return null;
    }

    private static bool TryObject(JsonElement owner, string name, out JsonElement value)
    {
        value = default;
        return owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out value) && value.ValueKind == JsonValueKind.Object;
    }
}
