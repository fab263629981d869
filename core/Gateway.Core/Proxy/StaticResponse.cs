using Gateway.Core.Json;
using Gateway.Core.Manipulation;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>Injects static data into the answer when its strategy matches (MAN-109 to 119).</summary>
internal sealed class StaticResponse(string strategy, StaticData data) : IProxyMiddleware
{
    private readonly Func<ProxyResult, bool> _matches = strategy switch
    {
        "success" => static result => result.Error is null,
        "complete" => static result => result.Error is null && result.Response is { IsComplete: true },
        "errored" => static result => result.Error is not null,
        "incomplete" => static result => result.Response is not { IsComplete: true },
        _ => static _ => true,
    };

    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        ProxyResult result;
        try
        {
            result = await next(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            result = PipelineFault.Of(exception);
        }
        if (!_matches(result))
            return result;
        var response = result.Response ?? new ProxyResponse();
        response.Data ??= new TreePayload(new DataObject());
        data.Inject(response.Data.Tree);
        return result with { Response = response };
    }
}
