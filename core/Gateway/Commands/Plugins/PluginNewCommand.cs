using Gateway.CommandLine;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin new</c>: the project of a plugin, with tests, that builds as it is.</summary>
internal static class PluginNewCommand
{
    private static readonly Flag s_out = new("out", 'o', FlagKind.Text, "Folder to write to", "the name") { Completion = FlagCompletion.Folder };
    private static readonly Flag s_namespace = new("namespace", null, FlagKind.Text, "Namespace under extra_config", "the name in lower case, with slashes for dots");
    private static readonly Flag s_language = new("lang", null, FlagKind.Text, "dotnet, js or python; plugins in js and python run as processes of their own", "dotnet") { Values = [.. PluginLanguage.All.Select(static l => l.Name)] };
    private static readonly Flag s_process = new("process", null, FlagKind.Switch, "The plugin runs as a process of its own");

    public static Command Definition { get; } = Create("new", "plugin new");

    /// <summary>The same command under another name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="usage">How it is called.</param>
    public static Command Create(string name, string usage) => new()
    {
        Name = name,
        Purpose = "Makes the project of a plugin",
        Description = $"Makes the project of a plugin and of its tests, which build as they are. The kinds are {string.Join(", ", PluginLanguage.DotNet.Templates.Kinds)};\nfor js and python {string.Join(", ", PluginLanguage.JavaScript.Templates.Kinds)}.",
        Usage = $"{usage} KIND NAME [flags]",
        Example = $"{usage} proxy Acme.Audit --out audit",
        Flags = [s_language, s_namespace, s_out, s_process],
        Run = Run,
    };

    private static Task<int> Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional.Count != 2)
            throw new UsageException("a kind and a name are needed");
        var (kind, name) = (arguments.Positional[0], arguments.Positional[1]);
        var asked = arguments.Text(s_language.Name) ?? PluginLanguage.DotNet.Name;
        if (PluginLanguage.All.FirstOrDefault(l => l.Name == asked) is not { } language)
            return Task.FromResult(Refuse($"{ConfigText.Quote(asked)} is no language that there are templates for{NearestName.Suggest(asked, PluginLanguage.All.Select(static l => l.Name))} ({string.Join(", ", PluginLanguage.All.Select(static l => l.Name))})", terminal));
        var request = new PluginRequest(kind, name, arguments.Text(s_namespace.Name)) { Language = language, IsProcess = language.IsForeign || arguments.Has(s_process.Name) };
        return Task.FromResult(Make(request, arguments.Text(s_out.Name) ?? name, terminal));
    }

    /// <summary>Writes the project and says what to do with it.</summary>
    public static int Make(PluginRequest request, string target, Terminal terminal)
    {
        var (kind, name, space) = request;
        var templates = request.Language.Templates;
        var kinds = templates.Kinds;
        if (!kinds.Contains(kind, StringComparer.Ordinal))
            return Refuse($"{ConfigText.Quote(kind)} is no kind of plugin{(request.Language.IsForeign ? $" in {request.Language.Name}" : "")}{NearestName.Suggest(kind, kinds)} ({string.Join(", ", kinds)})", terminal);
        if (PluginTemplate.FaultOf(name) is { } fault)
            return Refuse(fault, terminal);
        if (space is not null && (space.Length is 0 or > 128 || !space.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')))
            return Refuse($"{ConfigText.Quote(space)} is no namespace: letters, digits and / . - _", terminal);
        if (space is not null && NamespaceRegistry.IsCore(space))
            return Refuse($"{ConfigText.Quote(space)} belongs to the gateway itself; choose another namespace", terminal);
        if (space is not null && !templates.HasNamespace(kind))
            return Refuse($"plugins of the kind {kind} handle no namespace of their own; leave --namespace out", terminal);
        if (request.IsProcess && !templates.MayBeProcess(kind))
            return Refuse($"plugins of the kind {kind} run in the gateway's own process only; leave --process out", terminal);
        try
        {
            var files = templates.Write(kind, name, space, request.IsProcess, target);
            terminal.Out(string.Concat(files.Select(f => $"{Path.Combine(target, f)}\n")) + request.Language.Next(name, target, request.IsProcess));
            return ExitStatus.Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse($"{exception.Message}; name another folder with --out", terminal);
        }
    }

    private static int Refuse(string message, Terminal terminal)
    {
        terminal.Error($"{terminal.Red("ERROR")} {message}\n");
        return ExitStatus.Failure;
    }
}

/// <summary>The project that is asked for.</summary>
/// <param name="Kind">What the plugin is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace under <c>extra_config</c>, or <see langword="null"/> for one made of the name.</param>
internal sealed record PluginRequest(string Kind, string Name, string? Namespace)
{
    /// <summary>The language.</summary>
    public PluginLanguage Language { get; init; } = PluginLanguage.DotNet;

    /// <summary>Whether the plugin runs in a process of its own.</summary>
    public bool IsProcess { get; init; }
}

/// <summary><c>generate plugin</c>: another spelling of <c>plugin new</c>.</summary>
internal static class GenerateCommand
{
    private const string Designer = "there is no such generator: draw the configuration with the online designer, or begin with {\"version\": 3} in a file";

    public static Command Definition { get; } = new()
    {
        Name = "generate",
        Purpose = "Makes projects",
        Description = "Makes projects.",
        Usage = "generate [command]",
        Example = "generate plugin proxy Acme.Audit",
        ForeignFlags = new Dictionary<string, string> { ["file"] = Designer, ["listen-port"] = Designer, ["service-name"] = Designer },
        Subcommands = [PluginNewCommand.Create("plugin", "generate plugin")],
    };
}

/// <summary><c>plugin init</c>: the reference's flags for <c>plugin new</c> (EXT-070 to 072).</summary>
internal static class PluginInitCommand
{
    private static readonly Dictionary<string, string> s_kinds = new(StringComparer.Ordinal)
    {
        ["handler"] = "http-server",
        ["client"] = "http-client",
        ["modifier"] = "modifier",
        ["middleware"] = "middleware",
    };

    public static Command Definition { get; } = new()
    {
        Name = "init",
        Purpose = "Makes the project of a plugin of one of the language's kinds",
        Description = "Makes the project of a plugin: a handler, client, modifier or middleware, as plugin/http-server, plugin/http-client,\nplugin/req-resp-modifier and plugin/middleware use them. `plugin new` knows more kinds.",
        Usage = "plugin init [flags]",
        Example = "plugin init --name myplugin --type handler",
        Flags =
        [
            new("name", 'n', FlagKind.Text, "Name of the plugin"),
            new("out", 'o', FlagKind.Text, "Folder to write to", "TYPE-NAME"),
            new("type", 't', FlagKind.Text, "handler, client, modifier or middleware", "handler") { Values = ["handler", "client", "modifier", "middleware"] },
        ],
        Run = Run,
    };

    private static Task<int> Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Text("name") is not { Length: > 0 } name)
            throw new UsageException("required flag(s) \"name\" not set");
        var type = arguments.Text("type") ?? "handler";
        if (!s_kinds.TryGetValue(type, out var kind))
        {
            terminal.Error($"{terminal.Red("ERROR")} {ConfigText.Quote(type)} is no type of plugin{NearestName.Suggest(type, s_kinds.Keys)} ({string.Join(", ", s_kinds.Keys)})\n");
            return Task.FromResult(ExitStatus.Failure);
        }
        return Task.FromResult(PluginNewCommand.Make(new(kind, name, null), arguments.Text("out") ?? $"{type}-{name}", terminal));
    }
}
