using KrakenPlugins.Expressions;
using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Expressions.Requests.Macros;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Policies;

/// <summary>Reads and compiles the value of the namespace; what is wrong with it refuses the start.</summary>
internal sealed class PolicyReader
{
    private readonly ExpressionCompiler _compiler;
    private readonly ConfigDiagnostics _diagnostics;
    private readonly PoliciesSettings _settings;
    private readonly ConfigPath _path = ConfigPath.Root.Member(PoliciesPlugin.Namespace);

    private PolicyReader(ConfigNode config, ConfigDiagnostics diagnostics)
    {
        _diagnostics = diagnostics;
        var found = new ConfigDiagnostics();
        _settings = new ConfigBinder(found).Bind<PoliciesSettings>(config, _path);
        foreach (var finding in found.All)
            diagnostics.Add(finding.Severity == ConfigSeverity.Error ? finding with { RefusesStart = true } : finding);
        _compiler = new ExpressionCompiler(_settings.DisableMacros ? ExchangeVariables.Standard : ExchangeVariables.WithMacros, diagnostics)
        {
            FunctionAdvice = _settings.DisableMacros
                ? "; the advanced macros are disabled by \"disable_macros\""
                : $"; the advanced macros are {string.Join(", ", PolicyMacros.Names)}",
        };
    }

    /// <summary>The policies of a place.</summary>
    public static PolicyRules Read(ConfigNode config, bool isBackend, ConfigDiagnostics diagnostics)
    {
        var reader = new PolicyReader(config, diagnostics);
        var settings = reader._settings;
        if (isBackend && settings.Jwt is not null)
        {
            reader._compiler.Refuse(config["jwt"]!.Position, reader._path.Member("jwt"),
                "backends do not know the token: move these policies to the endpoint, or propagate the claim as a header with \"propagate_claims\"");
        }
        if (settings.Jwt is null && settings.Req is null && settings.Resp is null)
            diagnostics.Warning(config.Position, reader._path.ToString(), "there are no policies: nothing is checked; expected \"req\", \"resp\" or \"jwt\"");
        if (settings.Jwt?.Error is { } unused)
            diagnostics.Warning(unused.Source!.Node.Position, reader._path.Member("jwt").Member("error").ToString(), "refused tokens are answered with 401 and an empty body, whatever stands here");
        return new PolicyRules(
            reader.Compile("jwt", settings.Jwt, ExchangeParts.Token),
            reader.Compile("req", settings.Req, ExchangeParts.Request),
            reader.Compile("resp", settings.Resp, ExchangeParts.Request | ExchangeParts.Response),
            settings.Debug);
    }

    private PolicyGroup? Compile(string name, GroupSettings? group, ExchangeParts known)
    {
        if (group is null)
            return null;
        var place = _path.Member(name).Member("policies");
        if (group.Policies is not { Kind: ConfigKind.Array } list)
        {
            _compiler.Refuse((group.Policies ?? group.Source!.Node).Position, place, "expected a list of expressions, such as [\"hasHeader('X-User')\"]");
            return null;
        }
        if (list.Items.Count == 0)
        {
            _diagnostics.Warning(list.Position, place.ToString(), "the list has no policy: nothing is checked");
            return null;
        }
        var policies = new List<CelProgram>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (CompilePolicy(list.Items[i], place.Item(i), name, known) is { } policy)
                policies.Add(policy);
        }
        return new PolicyGroup(name, policies, ErrorOf(name, group), _settings.AutoJoinPolicies);
    }

    private CelProgram? CompilePolicy(ConfigNode node, ConfigPath place, string name, ExchangeParts known)
    {
        if (_compiler.Compile(node, place) is not { } program)
            return null;
        var unknown = ExchangeVariables.PartsOf(program) & ~known;
        if (unknown == ExchangeParts.None)
            return program;
        var variables = unknown.HasFlag(ExchangeParts.Token) ? "JWT" : unknown.HasFlag(ExchangeParts.Response) ? "resp_*" : unknown.HasFlag(ExchangeParts.Request) ? "req_*" : "value";
        _compiler.Refuse(node.Position, place, $"policies of the group \"{name}\" do not know {variables} (macros about the request read req_*)");
        return null;
    }

    private ErrorSettings ErrorOf(string name, GroupSettings group)
    {
        if (name == "jwt")
            return new ErrorSettings { Status = 401 };
        var error = group.Error ?? new ErrorSettings();
        if (error.Status is < 200 or > 599)
            _compiler.Refuse(error.Source!.PositionOf("status"), _path.Member(name).Member("error").Member("status"), "expected a status from 200 to 599");
        if (error.ContentType.AsSpan().ContainsAny('\r', '\n'))
            _compiler.Refuse(error.Source!.PositionOf("content_type"), _path.Member(name).Member("error").Member("content_type"), "expected a value without line breaks");
        return error;
    }
}
