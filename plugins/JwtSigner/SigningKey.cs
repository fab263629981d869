using KrakenPlugins.Jose;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwtSigner;

/// <summary>The key of one endpoint: had once, when the configuration is loaded or started (AUT-063).</summary>
internal sealed partial class SigningKey(SignerSettings settings, JwsAlgorithm algorithm, ILogger logger, string prefix)
{
    private volatile JwsIssuer? _issuer;

    /// <summary>What signs; <see langword="null"/> as long as there is no key, and forever when it could not be had.</summary>
    public JwsIssuer? Issuer => _issuer;

    /// <summary>Whether the set had the key, but only its public half.</summary>
    public bool IsPublicOnly { get; private set; }

    /// <summary>Takes the key out of a set.</summary>
    /// <returns>Why there is none that can sign, or <see langword="null"/>.</returns>
    public string? Take(JwkSet set)
    {
        string? reason = null;
        foreach (var key in set.Keys)
        {
            if (!string.Equals(key.KeyId, settings.Kid, StringComparison.Ordinal))
                continue;
            if (key.Signer(algorithm) is { } signer)
            {
                _issuer = new JwsIssuer(signer, settings.Kid, settings.Typ.Length > 0 ? settings.Typ : "JWT");
                return null;
            }
            IsPublicOnly = !key.IsPrivate && key.Misfit(algorithm) is null;
            reason = key.Misfit(algorithm) ?? "the key has only its public half; signing takes the private one";
        }
        return reason ?? "the key set has no such key";
    }

    /// <summary>Says that the endpoint will refuse everything.</summary>
    public void Refuse(string reason) => Log.NoKey(logger, prefix, settings.Kid, reason);

    /// <summary>Says something about the set.</summary>
    public void Warn(string text) => Log.Warned(logger, prefix, text);

    /// <summary>Downloads the set; every failure is logged.</summary>
    public async Task DownloadAsync(JwkDownload download, CancellationToken cancellationToken)
    {
        using (download)
        {
            var result = await download.GetAsync(cancellationToken).ConfigureAwait(false);
            if ((result.Set is null ? result.Failure : Take(result.Set)) is { } reason)
                Refuse(reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[JWTSigner] there is no key {Kid} to sign with, and every request is refused: {Reason}")]
        public static partial void NoKey(ILogger logger, string prefix, string kid, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[JWTSigner] {Text}")]
        public static partial void Warned(ILogger logger, string prefix, string text);
    }
}
