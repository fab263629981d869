using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.EveryLayer;

/// <summary>Around data, or in its place.</summary>
internal sealed class DataActs(string layer) : IProxyMiddleware
{
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        switch (Act.Of(request, layer))
        {
            case "head":
                Act.ChangeHead(request);
                break;
            case "target":
                request.Target = "/moved?x=%2F";
                request.Method = "PUT";
                break;
            case "body":
                await Act.ChangeBodyAsync(request, cancellationToken).ConfigureAwait(false);
                break;
            case "refuse":
                return Act.Refusal;
            case "fail":
                return new GatewayError(GatewayErrorKind.Connection, "the plugin's failure", 502);
            case "throw":
                throw new InvalidOperationException("a fault of the plugin");
            case "answer":
                return Data("made", 0);
            case "partial":
                return new ProxyResult(Data("made", 0), new GatewayError(GatewayErrorKind.Multiple, "a part"));
            case "raw":
                return new ProxyResponse { Raw = Raw("text/plain", "raw"), StatusCode = 207, IsComplete = true };
            case "raw-json":
                return new ProxyResponse { Raw = Raw("application/json; charset=utf-8", """{"raw":1.0}"""), StatusCode = 207, IsComplete = true };
            case "final":
                return new ProxyResponse { Final = Raw("text/plain", "final"), StatusCode = 207, IsComplete = true };
            case "twice":
                using ((await next(request.Fork(), cancellationToken).ConfigureAwait(false)).Response)
                    break;
            case "race":
                return await RaceAsync(request, next, cancellationToken).ConfigureAwait(false);
        }
        if (layer == "executor")
            return Data("executed", 200);
        return After(await next(request, cancellationToken).ConfigureAwait(false), Act.Of(request, layer));
    }

    /// <summary>What is done to an outcome.</summary>
    public static ProxyResult After(ProxyResult result, string act)
    {
        switch (act)
        {
            case "data" when result.Response is { Data: { } data }:
                data.Tree["by"] = new DataString("plugin");
                data.Tree.Remove("fill");
                break;
            case "look" when result.Response is { Data: { } seen }:
                _ = seen.Tree.Count;
                break;
            case "none" when result.Response is { } answer:
                answer.Data?.Dispose();
                answer.Data = null;
                break;
            case "status" when result.Response is { } changed:
                changed.StatusCode = 203;
                (changed.Headers ??= new NameValueList(ignoreCase: true)).Set("X-By", "plugin");
                break;
            case "incomplete" when result.Response is { } partial:
                partial.IsComplete = false;
                break;
            case "edit" when result.Response is { Raw: { } raw } edited:
                edited.Raw = ClientActs.Edit(raw);
                break;
            case "instead":
                result.Response?.Dispose();
                return Data("instead", 0);
            case "swallow" when result.Error is not null:
                result.Response?.Dispose();
                return Data(result.Error.Kind.ToString(), result.Error.StatusCode);
            case "forgive" when result.Response is not null:
                return result with { Error = null };
        }
        return result;
    }

    private static async ValueTask<ProxyResult> RaceAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var first = request.Fork();
        var second = request.Fork();
        second.Headers.Set("X-Changed", "second");
        var one = next(first, cancellationToken).AsTask();
        var other = await next(second, cancellationToken).ConfigureAwait(false);
        (await one.ConfigureAwait(false)).Response?.Dispose();
        return other;
    }

    private static ProxyResponse Data(string text, int status)
    {
        var tree = new DataObject();
        tree["from"] = new DataString(text);
        tree["number"] = new DataNumber("1.50");
        return new ProxyResponse { Data = new TreePayload(tree), IsComplete = true, StatusCode = status };
    }

    private static SyntheticResponse Raw(string type, string text) =>
        new(System.Text.Encoding.UTF8.GetBytes(text), 207, Act.Headers(("Content-Type", type), ("X-Own", "1")));
}

/// <summary>Before a pipeline.</summary>
internal sealed class RequestActs : IRequestModifier
{
    public async ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        switch (Act.Of(request, "request-modifier"))
        {
            case "head":
                Act.ChangeHead(request);
                break;
            case "body":
                await Act.ChangeBodyAsync(request, cancellationToken).ConfigureAwait(false);
                break;
            case "refuse":
                return Act.Refusal;
            case "throw":
                throw new InvalidOperationException("a fault of the plugin");
        }
        return null;
    }
}

/// <summary>Behind a pipeline.</summary>
internal sealed class ResponseActs : IResponseModifier
{
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken)
    {
        var act = Act.Of(request, "response-modifier");
        if (act == "refuse")
            return new(Act.Refusal);
        if (act == "throw")
            throw new InvalidOperationException("a fault of the plugin");
        if (act == "decode" && response.Raw is { } raw)
        {
            response.Raw = null;
            response.Data = new TreePayload(new DataObject());
            raw.Dispose();
        }
        _ = DataActs.After(response, act);
        return default;
    }
}
