using Gateway.CommandLine;
using Gateway.Core.Configuration;
using Gateway.Templates;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin new</c>, <c>generate plugin</c>, and the reference's <c>plugin init</c> (EXT-070): the project of a new plugin.</summary>
internal static class PluginNewCommand
{
    private static readonly Flag s_namespace = new("namespace", null, FlagKind.Text, "Namespace of extra_config that it handles (acme/audit for Acme.Audit when not given)");
    private static readonly Flag s_out = new("out", 'o', FlagKind.Text, "Folder to write into, empty or not there yet (one named like the project when not given)");
    private static readonly Flag s_name = new("name", 'n', FlagKind.Text, "Name of the plugin");
    private static readonly Flag s_initOut = s_out with { Description = "Folder to write into, empty or not there yet (TYPE-NAME when not given)" };
    private static readonly Flag s_type = new("type", 't', FlagKind.Text, "What it is: handler, client, modifier or middleware", "handler");

    /// <summary>Kinds by the reference's words.</summary>
    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        ["handler"] = "http-server",
        ["client"] = "http-client",
        ["modifier"] = "modifier",
        ["middleware"] = "middleware",
    };

    public static Command Definition { get; } = Make("new", "plugin new");

    /// <summary>The same, called <c>generate plugin</c>.</summary>
    public static Command Generate { get; } = new()
    {
        Name = "generate",
        Purpose = "Makes the project of a new plugin",
        Description = "Makes the project of a new plugin, as `gateway plugin new` does.",
        Usage = "generate [command]",
        Example = "generate plugin proxy Acme.Audit",
        IsHidden = true,
        Subcommands = [Make("plugin", "generate plugin")],
    };

    /// <summary>The reference's spelling.</summary>
    public static Command Init { get; } = new()
    {
        Name = "init",
        Purpose = "Makes the project of a new plugin of the original's kinds",
        Description = "Makes the project of a new plugin of the kinds that the original has; `gateway plugin new` knows more.",
        Usage = "plugin init -n NAME [flags]",
        Example = "plugin init -n my-plugin -t modifier",
        Flags = [s_name, s_initOut, s_type],
        Run = static (arguments, terminal) => PackageFailure.ReportedAsync(terminal, () => Task.FromResult(RunInit(arguments, terminal))),
    };

    private static Command Make(string name, string call) => new()
    {
        Name = name,
        Purpose = "Makes the project of a new plugin",
        Description = """
            Makes the project of a new plugin, which builds and passes its tests as it is.

            Kinds:
              server       around the service, before routing
              endpoint     of an endpoint, on the HTTP exchange
              proxy        of an endpoint's pipeline, on parsed requests and answers
              backend      of a backend's pipeline
              executor     in place of a backend's transport
              encoding     reads answers of backends and writes those of the gateway
              client       around the HTTP call of a backend
              http-server  handler of plugin/http-server
              http-client  executor of plugin/http-client
              modifier     request and response modifier of plugin/req-resp-modifier
              middleware   middleware of plugin/middleware
            """,
        Usage = $"{call} KIND NAME [flags]",
        Example = $"{call} proxy Acme.Audit",
        Flags = [s_namespace, s_out],
        Run = static (arguments, terminal) => PackageFailure.ReportedAsync(terminal, () => Task.FromResult(Run(arguments, terminal))),
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional is not [var kind, var text])
            throw new UsageException("a kind and a name are needed, such as proxy Acme.Audit");
        var kinds = PluginTemplate.Kinds();
        if (!kinds.Contains(kind, StringComparer.Ordinal))
            throw new UsageException($"unknown kind \"{kind}\"{NearestName.Suggest(kind, kinds)} ({string.Join(", ", kinds)})");
        var name = Name(text);
        return Write(kind, name, arguments.Text(s_namespace.Name), arguments.Text(s_out.Name) is { Length: > 0 } named ? named : name.Project, terminal);
    }

    private static int RunInit(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional is [var surplus, ..])
            throw new UsageException($"unexpected argument \"{surplus}\"");
        if (arguments.Text(s_name.Name) is not { Length: > 0 } text)
            throw new UsageException("--name is missing");
        var type = arguments.Text(s_type.Name) ?? s_type.Default;
        if (!s_types.TryGetValue(type, out var kind))
            throw new UsageException($"unknown type \"{type}\"{NearestName.Suggest(type, s_types.Keys)} ({string.Join(", ", s_types.Keys)})");
        return Write(kind, Name(text), null, arguments.Text(s_out.Name) is { Length: > 0 } named ? named : $"{type}-{text}", terminal);
    }

    private static TemplateName Name(string text) =>
        TemplateName.TryParse(text, out var name, out var fault) ? name : throw new UsageException($"{ConfigText.Quote(text)} is no name of a plugin: {fault}");

    private static int Write(string kind, TemplateName name, string? wanted, string folder, Terminal terminal)
    {
        var template = PluginTemplate.Of(kind);
        if (wanted is not null)
            JudgeNamespace(wanted, kind, template);
        NewFolder.Write(folder, template.Instantiate(name, wanted ?? name.Namespace));
        var built = $"{name.Project}/bin/Release/net10.0/plugin/{name.Id}";
        terminal.Out($"""
            made {name.Id} in {Path.GetFullPath(folder)}

            What to do next:
              cd {folder}
              dotnet test
              dotnet build -c Release
              gateway plugin check {built} --run
              gateway plugin test {built}
              gateway plugin pack {built}

            """);
        return ExitStatus.Success;
    }

    private static void JudgeNamespace(string name, string kind, PluginTemplate template)
    {
        if (!template.HasNamespace)
            throw new UsageException($"plugins of the kind {kind} handle no namespace of their own");
        if (name.Length is 0 or > 128 || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/'))
            throw new UsageException($"{ConfigText.Quote(name)} is no namespace: letters, digits, '.', '_', '-' and '/', such as acme/audit");
        if (NamespaceRegistry.IsCore(name))
            throw new UsageException($"\"{name}\" belongs to the gateway itself");
    }
}
