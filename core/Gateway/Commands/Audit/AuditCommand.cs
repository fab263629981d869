using Gateway.CommandLine;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Commands.Audit;

/// <summary><c>audit</c>: what a security engineer would ask about a configuration (CFG-237 to 248, CFG-312 to 315).</summary>
internal static class AuditCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "audit",
        Purpose = "Judges the security of a configuration",
        Description = "Judges the security of a configuration: what guards it, what it shows, what it trusts. Nothing is started and no code of a plugin runs;\nplugins of the configuration need not be installed. The exit status is 1 when something is found.",
        Usage = "audit [flags]",
        Example = "audit -s CRITICAL,HIGH -i 1.2.1 -c krakend.json",
        Flags = [CommonFlags.AllowMissing, CommonFlags.Config, CommonFlags.Confine, AuditFormat.Flag, AuditFilter.Ignore, AuditFilter.IgnoreFile, CommonFlags.License, CommonFlags.Plugins, AuditFilter.Severity],
        Run = Run,
    };

    private static Task<int> Run(Arguments arguments, Terminal terminal) => Task.FromResult(Audit(arguments, terminal));

    private static int Audit(Arguments arguments, Terminal terminal)
    {
        if (CommonFlags.ConfigFile(arguments, terminal) is not { } file)
            return ExitStatus.Failure;
        AuditFilter filter;
        AuditFormat? format;
        try
        {
            filter = AuditFilter.Of(arguments);
            format = AuditFormat.Of(arguments, terminal);
        }
        catch (TemplateException exception)
        {
            return Fail(terminal, $"parsing the template: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(terminal, $"accessing the ignore file: {exception.Message}");
        }
        using var plugins = CommonFlags.PluginHost(arguments);
        var loaded = ConfigLoader.Load(file, Options(arguments, plugins));
        if (loaded.Config is not { } config)
        {
            Findings.PrintErrors(terminal, "parsing the configuration file", loaded.Diagnostics);
            return ExitStatus.Failure;
        }
        var faults = new ConfigDiagnostics();
        var rules = Auditor.Rules.Concat(PluginAuditRules.Of(plugins.Catalog, faults)).ToArray();
        if (faults.HasErrors)
        {
            Findings.PrintErrors(terminal, "reading the rules of plugins", faults);
            return ExitStatus.Failure;
        }
        var findings = Auditor.Audit(config, rules).Where(filter.Includes).ToArray();
        try
        {
            terminal.Out(format?.Render(findings) ?? AuditText.Of(findings, terminal));
        }
        catch (TemplateException exception)
        {
            return Fail(terminal, $"rendering the results: {exception.Message}");
        }
        return findings.Length == 0 ? ExitStatus.Success : ExitStatus.Failure;
    }

    // What is judged is what the document says: a namespace counts whether or not its plugin is installed here, unless it may be missing.
    private static LoadOptions Options(Arguments arguments, PluginHost plugins) => new()
    {
        Environment = Environment.GetEnvironmentVariable,
        PluginFolderKnown = plugins.Discover,
        IsAvailable = (scope, name) => plugins.ProvidesNamespace(scope, name)
            || (NamespaceRegistry.IsDefined(scope, name) && !plugins.AllowMissing.Contains(name) && !plugins.AllowMissing.Contains("*")),
        IsEncodingAvailable = static (_, _) => true,
        IsDiscoveryAvailable = static _ => true,
        IsKindAvailable = static (_, _) => true,
        AllowMissing = plugins.AllowMissing,
        Confine = arguments.All(CommonFlags.Confine.Name),
    };

    private static int Fail(Terminal terminal, string reason)
    {
        terminal.Error($"{terminal.Red("ERROR")} {reason}\n");
        return ExitStatus.Failure;
    }
}
