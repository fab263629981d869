using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.EveryLayer;

/// <summary>Around raw calls.</summary>
internal sealed class ClientActs(string layer) : IClientMiddleware
{
    public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var act = Act.Of(request, layer);
        switch (act)
        {
            case "head":
                Act.ChangeHead(request);
                break;
            case "target":
                request.Target = "/moved?x=%2F";
                request.Method = "PUT";
                request.HostHeader = "virtual.example:81";
                break;
            case "body":
                await Act.ChangeBodyAsync(request, cancellationToken).ConfigureAwait(false);
                break;
            case "refuse":
                return Act.Refusal;
            case "unreachable":
                request.Host = new BackendHost("http", "127.0.0.1", 1);
                break;
            case "throw":
                throw new InvalidOperationException("a fault of the plugin");
            case "answer":
                return new SyntheticResponse("""{"made":1}"""u8.ToArray(), 201, Act.Headers(("Content-Type", "application/json"), ("X-Own", "1")));
            case "no-content":
                return new SyntheticResponse("not to be seen"u8.ToArray(), 204, Act.Headers(("X-Own", "1")));
            case "not-modified":
                return new SyntheticResponse("not to be seen"u8.ToArray(), 304, Act.Headers(("X-Own", "1")));
            case "retry":
                using ((await next(request.Fork(), cancellationToken).ConfigureAwait(false)).Response)
                    break;
        }
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (result.Response is not { } response)
            return result;
        switch (act)
        {
            case "status":
                var changed = EditedResponse.Of(response);
                changed.SetStatus(203);
                changed.Headers.Set("X-By", "plugin");
                changed.Headers.Remove("X-Gone");
                return changed;
            case "edit":
                return Edit(response);
            case "read":
                return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            default:
                return result;
        }
    }

    /// <summary>Puts another body in the place of an answer's.</summary>
    public static EditedResponse Edit(ClientResponse response)
    {
        var edited = EditedResponse.Of(response);
        edited.ReplaceBody("""{"edited":1}"""u8.ToArray(), "application/json");
        return edited;
    }

    private static async ValueTask<ClientResult> ReadAsync(ClientResponse response, CancellationToken cancellationToken)
    {
        using (response)
        using (var bytes = await response.ReadAllAsync(4 << 20, cancellationToken).ConfigureAwait(false))
        {
            var text = System.Text.Encoding.UTF8.GetString(bytes.Span).ToUpperInvariant();
            var headers = response.Headers.Fork();
            headers.Set("Content-Length", bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return new SyntheticResponse(System.Text.Encoding.UTF8.GetBytes(text), response.StatusCode, headers);
        }
    }
}
