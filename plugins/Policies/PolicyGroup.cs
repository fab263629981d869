using System.Globalization;
using System.Text;
using KrakenPlugins.Expressions;
using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Policies;

/// <summary>The compiled policies of one moment, and what happens when one of them is not true.</summary>
internal sealed partial class PolicyGroup
{
    private readonly CelProgram[] _policies;
    private readonly GatewayError[] _refusals;
    private readonly string _name;

    /// <param name="name"><c>jwt</c>, <c>req</c> or <c>resp</c>.</param>
    /// <param name="policies">The policies in their order.</param>
    /// <param name="error">Answer; that of a token has neither body nor status of its own.</param>
    /// <param name="isJoined">Whether they count as one.</param>
    public PolicyGroup(string name, IReadOnlyList<CelProgram> policies, ErrorSettings error, bool isJoined)
    {
        _name = name;
        _policies = [.. policies];
        _refusals = [.. policies.Select((_, index) => Refusal(name, isJoined ? -1 : index, error))];
        ReadsTime = policies.Any(ExchangeVariables.ReadsTime);
    }

    public IReadOnlyList<CelProgram> Policies => _policies;

    public bool ReadsTime { get; }

    /// <summary>Why the policies are not followed, or <see langword="null"/>.</summary>
    /// <param name="input">The variables.</param>
    /// <param name="logger">Where every evaluation is logged, or <see langword="null"/>.</param>
    /// <param name="prefix">How such lines begin.</param>
    public GatewayError? Judge(ExchangeInput input, ILogger? logger, string prefix)
    {
        for (var i = 0; i < _policies.Length; i++)
        {
            var result = _policies[i].Evaluate(input);
            if (logger is not null && logger.IsEnabled(LogLevel.Debug))
                Log.Evaluated(logger, prefix, _name, i, result.ToString(), Describe(_policies[i], input));
            if (!result.IsTrue)
                return _refusals[i];
        }
        return null;
    }

    private static GatewayError Refusal(string name, int index, ErrorSettings error)
    {
        var text = index < 0
            ? $"request aborted by the policies of the group {name}"
            : string.Create(CultureInfo.InvariantCulture, $"request aborted by the policy #{index} of the group {name}");
        return new GatewayError(GatewayErrorKind.Rejected, error.Body.Length > 0 ? error.Body : text, error.Status)
        {
            Body = Encoding.UTF8.GetBytes(error.Body.Length > 0 ? error.Body : text),
            ContentType = error.ContentType,
        };
    }

    private static string Describe(CelProgram policy, ExchangeInput input)
    {
        var text = new StringBuilder();
        foreach (var variable in policy.Variables)
            text.Append(text.Length == 0 ? "" : ", ").Append(variable).Append('=').Append(input.Describe(variable));
        return text.ToString();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Policies][{Group}] Policy #{Index} result: {Result} input: {Input}")]
        public static partial void Evaluated(ILogger logger, string prefix, string group, int index, string result, string input);
    }
}
