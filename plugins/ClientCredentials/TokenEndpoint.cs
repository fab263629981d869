using System.Text;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.ClientCredentials;

/// <summary>Asks the token endpoint of one backend definition for tokens (AUT-114 to 121).</summary>
internal sealed partial class TokenEndpoint(ClientCredentialsSettings settings, OutgoingAddress address, AuthStyle style, IBackendContext context) : IRenewalSource<AccessToken>
{
    private readonly OutgoingCall _withHeader = CallOf(settings, address, isForm: false, context.Timeout);
    private readonly OutgoingCall _withForm = CallOf(settings, address, isForm: true, context.Timeout);
    private readonly ProviderText _text = new(SecretsOf(settings));
    private readonly IOutgoingCalls _calls = context.Outgoing;
    private readonly ILogger _logger = context.Logger;
    private readonly string _prefix = context.LogPrefix;

    /// <summary>The time of a request, both attempts together (AUT-121).</summary>
    public TimeSpan Limit { get; } = context.Timeout;

    public async ValueTask<Fetched<AccessToken>> FetchAsync(CancellationToken cancellationToken)
    {
        var isKnown = style.IsKnown;
        var isForm = style.IsForm;
        var answer = await AskAsync(isForm, cancellationToken).ConfigureAwait(false);
        if (answer.Value is null && !isKnown && !cancellationToken.IsCancellationRequested)
            answer = await AskAsync(isForm = true, cancellationToken).ConfigureAwait(false);
        if (answer.Value is not null)
        {
            style.Remember(isForm);
            return answer;
        }
        var error = answer.Error!;
        var message = $"cannot get a token from {address}: {error.Message}";
        Log.NoToken(_logger, _prefix, message);
        return new GatewayError(error.Kind, message);
    }

    private async ValueTask<Fetched<AccessToken>> AskAsync(bool isForm, CancellationToken cancellationToken)
    {
        var (answer, error) = await _calls.SendAsync(isForm ? _withForm : _withHeader, cancellationToken).ConfigureAwait(false);
        return answer is null ? error! : TokenAnswer.Read(answer, _text);
    }

    private static OutgoingCall CallOf(ClientCredentialsSettings settings, OutgoingAddress address, bool isForm, TimeSpan limit)
    {
        var fields = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["grant_type"] = ["client_credentials"] };
        if (settings.ScopeField is { Length: > 0 } scope)
            fields["scope"] = [scope];
        foreach (var (name, values) in settings.EndpointParams)
            fields[name] = values;
        if (isForm)
        {
            fields["client_id"] = [settings.ClientId];
            fields["client_secret"] = [settings.ClientSecret];
        }
        var call = new OutgoingCall
        {
            Method = "POST",
            Address = address,
            Body = FormText.Write(fields.SelectMany(static f => f.Value, static (f, value) => KeyValuePair.Create(f.Key, value))),
            Timeout = limit,
        };
        call.Headers.Add("Content-Type", "application/x-www-form-urlencoded");
        if (!isForm)
            call.Headers.Add("Authorization", Basic(settings));
        return call;
    }

    // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
    private static string Basic(ClientCredentialsSettings settings) =>
        "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{FormText.Encode(settings.ClientId)}:{FormText.Encode(settings.ClientSecret)}"));

    private static IEnumerable<string> SecretsOf(ClientCredentialsSettings settings) =>
        settings.EndpointParams.Where(static p => p.Key is not ("grant_type" or "scope" or "audience" or "resource" or "client_id")).SelectMany(static p => p.Value)
            .Append(settings.ClientSecret).Append(Basic(settings)["Basic ".Length..]);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Client credentials] {Reason}")]
        public static partial void NoToken(ILogger logger, string prefix, string reason);
    }
}
