using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.FrontDoor.Kinds;

/// <summary>A request modifier that does what a test says.</summary>
internal sealed class RequestProbe(Func<ProxyRequest, CancellationToken, ValueTask<GatewayError?>> run) : IRequestModifier
{
    public RequestProbe(Action<ProxyRequest> change)
        : this((request, _) =>
        {
            change(request);
            return default;
        })
    {
    }

    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken) => run(request, cancellationToken);
}

/// <summary>A response modifier that does what a test says.</summary>
internal sealed class ResponseProbe(Func<ProxyRequest, ProxyResponse, CancellationToken, ValueTask<GatewayError?>> run) : IResponseModifier
{
    public ResponseProbe(Action<ProxyRequest, ProxyResponse> change)
        : this((request, response, _) =>
        {
            change(request, response);
            return default;
        })
    {
    }

    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken) => run(request, response, cancellationToken);
}

internal static class ProxyResponseData
{
    /// <summary>Adds a text to the data.</summary>
    public static void Mark(this ProxyResponse response, string name, string value) => response.Data!.Tree[name] = new DataString(value);

    /// <summary>Appends to a text of the data, which begins empty.</summary>
    public static void Append(this ProxyResponse response, string name, string value) =>
        response.Mark(name, ((response.Data!.Tree[name] as DataString)?.Value ?? "") + value);
}

/// <summary>A raw answer whose chunks are turned into upper case as they pass.</summary>
internal sealed class UpperCaseResponse(ClientResponse inner) : DelegatingResponse(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        Ascii.ToUpperInPlace(buffer.Span[..read], out _);
        return read;
    }
}
