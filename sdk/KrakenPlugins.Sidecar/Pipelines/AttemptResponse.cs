using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>The raw answer that came of an attempt; its body stays in the gateway until somebody reads it.</summary>
internal sealed class AttemptResponse : ClientResponse
{
    private readonly NameValueList _original;
    private readonly IncomingBody? _body;
    private ReadOnlyMemory<byte> _whole;

    public AttemptResponse(uint attempt, Response response, IncomingBody? body)
    {
        Attempt = attempt;
        StatusCode = (int)response.Status;
        _original = HeaderLists.Read(response.Headers);
        Headers = _original.Fork();
        _body = body;
        _whole = response.Body is { HasWhole: true } whole ? whole.Whole.Memory : default;
        ContentLength = body is not null ? body.KnownLength : response.Body is null ? null : _whole.Length;
    }

    /// <summary>Number of the attempt; 0 for the response of a modifier.</summary>
    public uint Attempt { get; }

    /// <inheritdoc/>
    public override int StatusCode { get; }

    /// <inheritdoc/>
    public override long? ContentLength { get; }

    /// <inheritdoc/>
    public override string? ContentEncoding => Headers.Get("Content-Encoding");

    /// <inheritdoc/>
    public override string? ContentType => Headers.Get("Content-Type");

    /// <inheritdoc/>
    public override NameValueList Headers { get; }

    /// <inheritdoc/>
    public override string FinalUrl => "";

    /// <summary>Whether its body was taken over, so that the plugin has to send it.</summary>
    public bool IsTaken => _body is { IsTaken: true };

    /// <summary>Whether there is a body, as far as the plugin is told.</summary>
    public bool HasBody => _body is not null || !_whole.IsEmpty;

    /// <summary>The attempt's answer inside of one, and whether its body is still the one that the gateway has.</summary>
    public static AttemptResponse? Within(ClientResponse response, out bool hasItsBody)
    {
        var inner = response;
        while (inner is EditedResponse { BodyOrigin: { } origin })
            inner = origin;
        hasItsBody = inner is AttemptResponse { IsTaken: false };
        return inner as AttemptResponse ?? response.Origin as AttemptResponse;
    }

    /// <summary>What to do to the headers of this answer so that they are those of another.</summary>
    public void WriteChanges(NameValueList now, Google.Protobuf.Collections.RepeatedField<HeaderChange> target) => HeaderLists.WriteChanges(_original, now, target);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_body is not null)
            return _body.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(buffer.Length, _whole.Length);
        _whole[..count].CopyTo(buffer);
        _whole = _whole[count..];
        return new(count);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // What of the body was not asked for never leaves the gateway.
    }
}
