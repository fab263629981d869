using KrakenPlugins.Jose;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwtSigner;

/// <summary>The component <c>auth/signer</c>: fields of an endpoint's answer become signed tokens. Source: reference page "authorization_jwt-signing"; AUT-058 to AUT-066.</summary>
public sealed partial class JwtSignerPlugin : GatewayPlugin
{
    /// <summary>The namespace in an endpoint's <c>extra_config</c>.</summary>
    public const string Namespace = "auth/signer";

    // A start waits that long for key servers; an answer that comes later still counts.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly List<(SigningKey Key, JwkDownload Download)> _waiting = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _downloads = Task.CompletedTask;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Proxy(Namespace, ProxyStages.Answer, Create);
    }

    /// <inheritdoc/>
    public override async ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        _downloads = Task.WhenAll(_waiting.Select(wait => wait.Key.DownloadAsync(wait.Download, _stopping.Token)));
        _waiting.Clear();
        await Task.WhenAny(_downloads, Task.Delay(s_patience, context.Time, cancellationToken)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public override async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await _downloads.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The downloads end this way when they are told to.
        }
        _stopping.Dispose();
    }

    private SignerMiddleware? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<SignerSettings>(config, ConfigPath.Root.Member(Namespace), out var settings))
            return null;
        var source = settings.Source!;
        if (context.IsNoOp)
            diagnostics.Error(config.Position, source.Path.ToString(), "an endpoint with output_encoding \"no-op\" has no data whose fields could be signed; expected another output_encoding, or no auth/signer");
        if (settings.KeysToSign.Count == 0)
            source.Error(diagnostics, "keys_to_sign", "is empty; expected the names of the fields to sign");
        if (string.IsNullOrEmpty(settings.JwkUrl) && settings.IsRemote)
            source.Error(diagnostics, "jwk_url", "there is no key set; expected jwk_url or jwk_local_path");
        JwsAlgorithms.TryParse(settings.Alg, out var algorithm);
        var key = new SigningKey(settings, algorithm, context.Logger, context.LogPrefix);
        try
        {
            Prepare(key, settings, diagnostics);
        }
        catch (JwkException exception)
        {
            source.Error(diagnostics, exception.Attribute ?? "jwk_local_path", exception.Message);
        }
        Log.Enabled(context.Logger, context.LogPrefix);
        return new SignerMiddleware(key, settings.KeysToSign, settings.Full, context.Logger, context.LogPrefix);
    }

    private void Prepare(SigningKey key, SignerSettings settings, ConfigDiagnostics diagnostics)
    {
        if (settings.IsRefused)
        {
            key.Refuse("jwk_url is not https://, and disable_jwk_security is not set");
            return;
        }
        if (settings.IsRemote)
        {
            if (!string.IsNullOrEmpty(settings.JwkUrl))
                _waiting.Add((key, new JwkDownload(settings, key.Warn)));
            return;
        }
        if (key.Take(JwkFile.Read(settings, key.Warn)) is not { } reason)
            return;
        if (key.IsPublicOnly)
            settings.Source!.Error(diagnostics, "kid", reason);
        else
            key.Refuse(reason);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[JWTSigner] Signer enabled for this endpoint")]
        public static partial void Enabled(ILogger logger, string prefix);
    }
}
