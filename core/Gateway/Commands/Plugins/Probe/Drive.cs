using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>What one call of a component changed.</summary>
internal sealed record Change(string RequestBefore, string RequestAfter, string ResponseBefore, string ResponseAfter, int NextCalls);

/// <summary>Calls components of each kind with a sample. A call is made with the component, or without it to know what the test costs.</summary>
internal static class Drive
{
    public static async Task<Change> ProxyAsync(IProxyMiddleware? middleware, Sample sample, bool isBackend, bool watch)
    {
        var request = sample.Request(isBackend);
        var before = watch ? Snapshot.Of(request) : "";
        var (seen, calls) = ("", 0);
        ProxyHandler next = (r, _) =>
        {
            calls++;
            if (watch)
                seen = Snapshot.Of(r);
            return new(sample.Response());
        };
        var result = middleware is null ? await next(request, CancellationToken.None).ConfigureAwait(false) : await middleware.InvokeAsync(request, next, CancellationToken.None).ConfigureAwait(false);
        var change = watch ? new Change(before, calls > 0 ? seen : Snapshot.Of(request), await GivenAsync(sample).ConfigureAwait(false), await Snapshot.OfAsync(result).ConfigureAwait(false), calls) : s_unwatched;
        result.Response?.Dispose();
        return change;
    }

    public static async Task<Change> ClientAsync(IClientMiddleware? middleware, Sample sample, bool watch)
    {
        var request = sample.Request(isAddressed: true);
        var before = watch ? Snapshot.Of(request) : "";
        var (seen, calls) = ("", 0);
        ClientHandler next = (r, _) =>
        {
            calls++;
            if (watch)
                seen = Snapshot.Of(r);
            return new((ClientResult)sample.Raw());
        };
        var result = middleware is null ? await next(request, CancellationToken.None).ConfigureAwait(false) : await middleware.InvokeAsync(request, next, CancellationToken.None).ConfigureAwait(false);
        var change = watch ? new Change(before, calls > 0 ? seen : Snapshot.Of(request), await Snapshot.OfAsync((ClientResult)sample.Raw()).ConfigureAwait(false), await Snapshot.OfAsync(result).ConfigureAwait(false), calls) : s_unwatched;
        result.Response?.Dispose();
        return change;
    }

    public static async Task<Change> HttpAsync(IHttpMiddleware? middleware, Sample sample, bool watch)
    {
        var context = sample.Exchange();
        var before = watch ? Snapshot.Of(context.Request) : "";
        var (seen, calls) = ("", 0);
        RequestDelegate next = c =>
        {
            calls++;
            if (watch)
                seen = Snapshot.Of(c.Request);
            return sample.AnswerAsync(c);
        };
        await (middleware is null ? next(context) : middleware.InvokeAsync(context, next)).ConfigureAwait(false);
        if (!watch)
            return s_unwatched;
        var plain = sample.Exchange();
        await sample.AnswerAsync(plain).ConfigureAwait(false);
        return new(before, calls > 0 ? seen : Snapshot.Of(context.Request), Snapshot.Of(plain.Response), Snapshot.Of(context.Response), calls);
    }

    public static async Task<Change> RequestAsync(IRequestModifier? modifier, Sample sample, bool watch)
    {
        var request = sample.Request(isAddressed: false);
        var before = watch ? Snapshot.Of(request) : "";
        var error = modifier is null ? null : await modifier.ModifyAsync(request, CancellationToken.None).ConfigureAwait(false);
        return watch ? new(before, Snapshot.Of(request), "", error is null ? "" : await Snapshot.OfAsync((ProxyResult)error).ConfigureAwait(false), error is null ? 1 : 0) : s_unwatched;
    }

    public static async Task<Change> ResponseAsync(IResponseModifier? modifier, Sample sample, bool watch)
    {
        var request = sample.Request(isAddressed: false);
        var before = watch ? Snapshot.Of(request) : "";
        using var response = sample.Response();
        var error = modifier is null ? null : await modifier.ModifyAsync(request, response, CancellationToken.None).ConfigureAwait(false);
        return watch
            ? new(before, Snapshot.Of(request), await GivenAsync(sample).ConfigureAwait(false), await Snapshot.OfAsync(new ProxyResult(response, error)).ConfigureAwait(false), 1)
            : s_unwatched;
    }

    public static Task<Change> DecodeAsync(BodyDecoder? decoder, Sample sample, bool watch)
    {
        var body = new PooledBytes();
        body.Write(sample.ResponseBody.Span);
        if (decoder is null)
        {
            body.Dispose();
            return Task.FromResult(s_unwatched);
        }
        var isDecoded = decoder(body, out var payload, out var error);
        using (payload)
        {
            var after = !watch ? "" : isDecoded ? payload is null ? "null\n" : Snapshot.Of(DataJson.ToUtf8(payload.Tree)) : $"error: {error}\n";
            return Task.FromResult(watch ? new("", "", Snapshot.Of(sample.ResponseBody.Span), after, 0) : s_unwatched);
        }
    }

    public static async Task<Change> RenderAsync(IBodyRender? render, Sample sample, bool watch)
    {
        using var response = sample.Response();
        using var output = new PooledBytes();
        render?.Write(response.Data, output);
        if (!watch)
            return s_unwatched;
        var written = $"Content-Type: {render!.ContentType}\n{Snapshot.Of(output.Span)}";
        return new("", "", await Snapshot.OfAsync((ProxyResult)response).ConfigureAwait(false), written, 0);
    }

    // What lies behind a component answers the same to every call.
    private static async Task<string> GivenAsync(Sample sample)
    {
        using var response = sample.Response();
        return await Snapshot.OfAsync((ProxyResult)response).ConfigureAwait(false);
    }

    private static readonly Change s_unwatched = new("", "", "", "", 0);
}
