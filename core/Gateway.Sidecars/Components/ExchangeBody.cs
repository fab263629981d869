using System.Runtime.InteropServices;
using Gateway.Sidecars.Calls;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sidecars.Components;

/// <summary>The body of a client's request: read for the plugin, offered to it, or replaced by its own.</summary>
internal sealed class ExchangeBody(HttpContext context) : IDisposable
{
    private readonly Stream _original = context.Request.Body;
    private readonly IHttpRequestBodyDetectionFeature? _detection = context.Features.Get<IHttpRequestBodyDetectionFeature>();
    private PooledBytes? _buffer;
    private bool _isReplaced;
    private SidecarBody? _sidecar;

    /// <summary>Where the plugin may read it from, when it streams.</summary>
    public RequestSource? Source { get; private set; }

    /// <summary>Whether the plugin took it over.</summary>
    public bool IsTaken => Source is { IsTaken: true };

    /// <summary>Whether there may be one.</summary>
    public bool CanBe => _detection?.CanHaveBody ?? (context.Request.ContentLength > 0 || (context.Request.ContentLength is null && context.Request.Headers.TransferEncoding.Count > 0));

    /// <summary>Reads it, so that it goes to the plugin and further in. Returns <see langword="null"/> when it is too long.</summary>
    public async ValueTask<Body?> BufferAsync(int limit, CancellationToken cancellationToken)
    {
        if (context.Request.ContentLength > limit)
            return null;
        // An announced length is only a promise: memory is taken as bytes arrive.
        _buffer = new PooledBytes((int)Math.Min(context.Request.ContentLength ?? 4096, 64 << 10), limit);
        var source = RequestSource.Of(context.Request.BodyReader);
        try
        {
            while (await source.ReadAsync(_buffer.GetMemory(), cancellationToken).ConfigureAwait(false) is > 0 and var read)
                _buffer.Advance(read);
        }
        catch (BufferLimitException)
        {
            return null;
        }
        SetStream(new MemoryStream(_buffer.Array, 0, _buffer.Length, writable: false));
        return DataBody.Wrap(_buffer.Memory);
    }

    /// <summary>Offers it to the plugin.</summary>
    public Body Offer(SidecarCall call)
    {
        Source = RequestSource.Of(context.Request.BodyReader);
        return call.Announce(Source, context.Request.ContentLength);
    }

    /// <summary>Makes it what goes on: the plugin's, none when the plugin took it, else the client's.</summary>
    public void Settle(SidecarCall call, Body? replacement)
    {
        if (replacement is null && !IsTaken)
        {
            Source?.Release();
            return;
        }
        if (replacement is { ContentCase: Body.ContentOneofCase.StreamId })
        {
            _sidecar = call.Open(replacement);
            Replace(new SidecarStream(_sidecar), _sidecar.Length, canHave: true);
            return;
        }
        var whole = replacement?.Whole ?? ByteString.Empty;
        Replace(StreamOf(whole), whole.Length, canHave: whole.Length > 0);
    }

    /// <summary>Gives the exchange its own body back.</summary>
    public void Dispose()
    {
        if (_isReplaced)
        {
            context.Request.Body = _original;
            context.Features.Set(_detection);
        }
        _sidecar?.Dispose();
        _buffer?.Dispose();
        _buffer = null;
    }

    private void Replace(Stream stream, long? length, bool canHave)
    {
        SetStream(stream);
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new Detection(canHave));
        context.Request.ContentLength = length;
        if (length is not null)
            context.Request.Headers.TransferEncoding = default;
    }

    private void SetStream(Stream stream)
    {
        _isReplaced = true;
        context.Request.Body = stream;
    }

    private static MemoryStream StreamOf(ByteString bytes) => MemoryMarshal.TryGetArray(bytes.Memory, out var segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(bytes.ToByteArray(), writable: false);

    private sealed class Detection(bool canHaveBody) : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => canHaveBody;
    }
}
