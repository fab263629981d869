using KrakenPlugins.Expressions;
using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Cel;

/// <summary>The compiled expressions of one place, each in the phase that its variables decide (RTE-203 to RTE-205).</summary>
internal sealed class Guards
{
    private readonly List<CelProgram> _token = [];
    private readonly List<CelProgram> _request = [];
    private readonly List<CelProgram> _response = [];

    private Guards()
    {
    }

    /// <summary>Checked while the token is validated.</summary>
    public CelProgram[] Token => [.. _token];

    /// <summary>Checked before the pipe.</summary>
    public CelProgram[] Request => [.. _request];

    /// <summary>Checked behind the pipe.</summary>
    public CelProgram[] Response => [.. _response];

    /// <summary>Reads the value of the namespace; what is wrong with it refuses the start.</summary>
    public static Guards Read(ConfigNode config, bool isBackend, ConfigDiagnostics diagnostics)
    {
        var guards = new Guards();
        var compiler = new ExpressionCompiler(ExchangeVariables.Standard, diagnostics);
        var path = ConfigPath.Root.Member(CelPlugin.Namespace);
        if (config.Kind != ConfigKind.Array)
        {
            compiler.Refuse(config.Position, path, "expected a list of expressions, such as [{\"check_expr\": \"req_method == 'GET'\"}]");
            return guards;
        }
        if (config.Items.Count == 0)
            diagnostics.Warning(config.Position, path.ToString(), "the list has no expression: nothing is checked");
        for (var i = 0; i < config.Items.Count; i++)
            guards.Add(config.Items[i], path.Item(i), isBackend, compiler, diagnostics);
        return guards;
    }

    private void Add(ConfigNode item, ConfigPath path, bool isBackend, ExpressionCompiler compiler, ConfigDiagnostics diagnostics)
    {
        if (item.Kind != ConfigKind.Object)
        {
            compiler.Refuse(item.Position, path, "expected an object with \"check_expr\"");
            return;
        }
        var settings = new ConfigBinder(diagnostics).Bind<GuardSettings>(item, path);
        var place = path.Member("check_expr");
        if (compiler.Compile(settings.CheckExpr ?? ConfigNode.Null(item.Position), place) is not { } program)
            return;
        var parts = ExchangeVariables.PartsOf(program);
        if (Objection(parts, isBackend) is { } objection)
            compiler.Refuse(settings.CheckExpr!.Position, place, objection);
        else if (parts.HasFlag(ExchangeParts.Response))
            _response.Add(program);
        else if (parts.HasFlag(ExchangeParts.Token))
            _token.Add(program);
        else
            _request.Add(program);
    }

    private static string? Objection(ExchangeParts parts, bool isBackend)
    {
        if (parts.HasFlag(ExchangeParts.Value))
            return "\"value\" is known to tiered rate limits alone";
        if (!parts.HasFlag(ExchangeParts.Token))
            return null;
        if (isBackend)
            return "backends do not know JWT; propagate the claim as a header with \"propagate_claims\" and ask for req_headers";
        return parts == ExchangeParts.Token ? null : "JWT is known while the token is validated, requests and answers later: make two expressions of it";
    }
}

/// <summary>One element of <c>validation/cel</c>.</summary>
internal sealed class GuardSettings
{
    /// <summary>Expression that gives true to go on.</summary>
    public ConfigNode? CheckExpr { get; init; }

    /// <summary>Has no effect; nothing has ever read it.</summary>
    public ConfigNode? ModExpr { get; init; }
}
