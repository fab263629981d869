using System.Text.Json.Nodes;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Admin;

/// <summary>What plugins do for those who may use the admin listener (MAN-440).</summary>
internal static class PluginOperations
{
    private const int MostBodyBytes = 4 << 10;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>The answer to <c>GET /plugins</c>.</summary>
    public static JsonObject List(IReadOnlyList<PluginOperation> operations) => new()
    {
        ["operations"] = new JsonArray([.. operations.Select(static o => new JsonObject { ["method"] = o.Operation.Method, ["path"] = o.Path, ["summary"] = o.Operation.Summary })]),
    };

    /// <summary>Runs one, within a time: the status and the bytes of its answer.</summary>
    public static async Task<(int Status, ReadOnlyMemory<byte> Body)> RunAsync(PluginOperation operation, HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(s_limit);
        AdminAnswer answer;
        try
        {
            var request = new AdminRequest(Query(context.Request), await ReadAsync(context.Request, limit.Token).ConfigureAwait(false));
            answer = await operation.RunAsync(request, limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            answer = AdminAnswer.Refused(exception.StatusCode, $"the body cannot be read; expected up to {MostBodyBytes} bytes");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            answer = AdminAnswer.Refused(StatusCodes.Status504GatewayTimeout, $"{operation.Path} has not ended within {s_limit.TotalSeconds} s");
        }
        return (answer.Status, DataJson.ToUtf8(answer.Document));
    }

    private static NameValueList Query(HttpRequest request)
    {
        var query = new NameValueList(ignoreCase: false);
        foreach (var (name, values) in request.Query)
        {
            foreach (var value in values)
                query.Add(name, value ?? "");
        }
        return query;
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
        return body.ToArray();
    }
}
