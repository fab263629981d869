namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>
/// The advanced macros of policies (SEC-089 to SEC-097, SEC-220 to SEC-228). Source: reference pages "advanced-policy-macros" and "playbook".
/// </summary>
public static class PolicyMacros
{
    /// <summary>Adds them, and the extension libraries that belong to them, to an environment with the variables of exchanges.</summary>
    public static CelEnvironmentBuilder AddTo(CelEnvironmentBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddStringExtensions().AddMathExtensions().AddEncoders().AddLists().AddSets().AddNetwork().AddBindings();
        foreach (var function in Own)
            builder.Function(function);
        return builder;
    }

    /// <summary>Their names, for messages, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Own.Select(static f => f.Name).Concat(["lowerAscii", "upperAscii", "charAt", "indexOf", "join", "replace", "split", "substring", "trim", "reverse", "base64.encode", "base64.decode", "math.*", "sets.*", "lists.range"]).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<CelFunction> Own => [.. ValueMacros.All, .. RequestMacros.All, .. TextMacros.All, .. UrlMacros.All];
}
