namespace KrakenPlugins.Jose;

/// <summary>Downloads the key set of an origin, as often as it is asked to (AUT-028, AUT-030, AUT-031). Safe for concurrent use.</summary>
public sealed class JwkDownload : IDisposable
{
    /// <summary>A client for <see cref="JwkOrigin.JwkUrl"/> with the origin's TLS settings; nothing is sent yet.</summary>
    /// <param name="origin">The origin.</param>
    /// <param name="warn">Receives a sentence per key that is left out.</param>
    /// <exception cref="JwkException">A fingerprint cannot be decoded, the authorities cannot be read, a cipher suite is unknown, or the URL is none: fatal (AUT-026).</exception>
    public JwkDownload(JwkOrigin origin, Action<string> warn)
    {
    }

    /// <summary>Downloads the set; every failure is a result, within 10 s.</summary>
    /// <param name="cancellationToken">Ends the download with an <see cref="OperationCanceledException"/>.</param>
    public ValueTask<JwkResult> GetAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
