namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>Macros that consult quotas. They know no quotas where no request is, in policies over claims (TRF-441).</summary>
internal static class QuotaMacros
{
    /// <summary>The macro; its name among the variables of an expression tells that the expression calls it.</summary>
    public const string Name = "quotaProcessor";

    private static readonly string[] s_request = ["req_method", Name];
    private static readonly CelType[] s_check = [CelType.String, CelType.String, CelType.String, CelType.String];

    public static CelFunction[] All { get; } =
    [
        new(Name,
            CelOverload.Global("quota_check", CelType.Bool, s_check, static (ref CelContext c, scoped ReadOnlySpan<CelValue> a) => Ask(ref c, a, 0)),
            CelOverload.Global("quota_take", CelType.Bool, [.. s_check, CelType.Int], static (ref CelContext c, scoped ReadOnlySpan<CelValue> a) => Ask(ref c, a, a[4].AsInt))) { Variables = s_request },
    ];

    private static CelValue Ask(ref CelContext context, scoped ReadOnlySpan<CelValue> arguments, long weight) =>
        ((ExchangeInput)context.Input).Quotas is { } quotas
            ? quotas.Ask(arguments[0].AsString, arguments[1].AsString, arguments[2].AsString, arguments[3].AsString, weight)
            : CelValue.Error(CelErrorCode.Undeclared, "there are no quotas here");
}
