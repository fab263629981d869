namespace KrakenPlugins.Expressions.Requests;

/// <summary>
/// The variables of expressions about exchanges: their names, types and numbers. Every environment declares all of them; which of them a
/// place offers is decided with <see cref="PartsOf"/>. Source: reference page "policy-language", data variables.
/// </summary>
public static class ExchangeVariables
{
    internal const int Method = 0;
    internal const int Path = 1;
    internal const int Parameters = 2;
    internal const int Headers = 3;
    internal const int Query = 4;
    internal const int IsComplete = 5;
    internal const int Status = 6;
    internal const int ResponseHeaders = 7;
    internal const int Data = 8;
    internal const int Token = 9;
    internal const int Now = 10;
    internal const int Value = 11;

    private static readonly CelType s_values = CelType.Map(CelType.String, CelType.List(CelType.String));
    private static readonly CelType s_data = CelType.Map(CelType.String, CelType.Dyn);

    private static readonly (string Name, CelType Type, ExchangeParts Part)[] s_all =
    [
        ("req_method", CelType.String, ExchangeParts.Request),
        ("req_path", CelType.String, ExchangeParts.Request),
        ("req_params", CelType.Map(CelType.String, CelType.String), ExchangeParts.Request),
        ("req_headers", s_values, ExchangeParts.Request),
        ("req_querystring", s_values, ExchangeParts.Request),
        ("resp_completed", CelType.Bool, ExchangeParts.Response),
        ("resp_metadata_status", CelType.Int, ExchangeParts.Response),
        ("resp_metadata_headers", s_values, ExchangeParts.Response),
        ("resp_data", s_data, ExchangeParts.Response),
        ("JWT", s_data, ExchangeParts.Token),
        ("now", CelType.String, ExchangeParts.None),
        ("value", CelType.String, ExchangeParts.Value),
    ];

    /// <summary>The expressions of <c>validation/cel</c>: the standard library alone (RTE-230).</summary>
    public static CelEnvironment Standard { get; } = Declare().Build();

    /// <summary>The expressions of policies: the standard library and the macros (SEC-089).</summary>
    public static CelEnvironment WithMacros { get; } = Macros.PolicyMacros.AddTo(Declare()).Build();

    /// <summary>A builder that has the variables, and to which others may be added behind them.</summary>
    public static CelEnvironmentBuilder Declare()
    {
        var builder = new CelEnvironmentBuilder().TimestampZones(CelZones.OfText);
        foreach (var (name, type, _) in s_all)
            builder.Variable(name, type);
        return builder;
    }

    /// <summary>What an expression reads.</summary>
    public static ExchangeParts PartsOf(CelProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var parts = ExchangeParts.None;
        foreach (var (name, _, part) in s_all)
        {
            if (program.Variables.Contains(name))
                parts |= part;
        }
        return parts;
    }

    /// <summary>Whether an expression asks for the time.</summary>
    public static bool ReadsTime(CelProgram program) => Reads(program, "now");

    /// <summary>Whether an expression consults quotas (<see cref="ExchangeInput.Quotas"/>).</summary>
    public static bool AsksQuotas(CelProgram program) => Reads(program, Macros.QuotaMacros.Name);

    internal static bool ReadsPath(CelProgram program) => Reads(program, "req_path");

    /// <summary>The number of a variable for <see cref="ExchangeInput"/>, or -1.</summary>
    internal static int SlotOf(string name) => Array.FindIndex(s_all, variable => variable.Name == name);

    private static bool Reads(CelProgram program, string name)
    {
        ArgumentNullException.ThrowIfNull(program);
        return program.Variables.Contains(name);
    }
}
