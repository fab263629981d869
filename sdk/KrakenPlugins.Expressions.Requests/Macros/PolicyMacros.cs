namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>
/// The advanced macros of policies (SEC-089 to SEC-097, SEC-220 to SEC-228, TRF-441). Source: reference pages "advanced-policy-macros" and "playbook".
/// </summary>
public static class PolicyMacros
{
    private static readonly string[] s_extensions =
    [
        "charAt", "format", "indexOf", "join", "lastIndexOf", "lowerAscii", "replace", "reverse", "split", "substring", "trim", "upperAscii",
        "distinct", "flatten", "slice", "sort", "base64.decode", "base64.encode", "cidr", "ip", "lists.range", "math.*", "sets.*",
    ];

    /// <summary>Adds them, and the extension libraries that belong to them, to an environment with the variables of exchanges.</summary>
    public static CelEnvironmentBuilder AddTo(CelEnvironmentBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddStringExtensions().AddMathExtensions().AddEncoders().AddLists().AddSets().AddNetwork().AddBindings();
        foreach (var function in Own)
            builder.Function(function);
        return builder;
    }

    /// <summary>Their names, for messages, in ordinal order; of the extensions those of texts and lists.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Own.Select(static f => f.Name).Concat(s_extensions).Order(StringComparer.Ordinal)];

    private static IEnumerable<CelFunction> Own => [.. ValueMacros.All, .. RequestMacros.All, .. TextMacros.All, .. UrlMacros.All, .. QuotaMacros.All];
}
