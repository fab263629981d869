using System.Globalization;
using System.Net;
using System.Text.Json;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Http;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Revoker.Server;

/// <summary>The API of the revoke server: that of revocations, and <c>/instances</c> (AUT-085 to 087).</summary>
internal sealed class ServerApi(ApiKey key, RevokeServer server, IServiceContext service) : RevocationApi(key, server)
{
    private const int MostBody = 16 << 10;

    /// <inheritdoc/>
    public override bool Accepts(PathString path) => base.Accepts(path) || path.StartsWithSegments("/instances", StringComparison.Ordinal);

    /// <inheritdoc/>
    protected override Task RouteAsync(HttpContext context, string[] path) => (path, context.Request.Method) switch
    {
        (["instances"], "GET") => AnswerAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            WriteList(json, "instances", server.Instances.All.Select(static i => i.Name));
            json.WriteEndObject();
        }),
        (["instances"], "POST") => RegisterAsync(context),
        (["instances"], _) => throw MethodNotAllowed(context, "GET, POST"),
        (["instances", var name], "DELETE") => server.Instances.Remove(name)
            ? AnswerAsync(context, StatusCodes.Status204NoContent)
            : throw new ApiException(404, "no such instance; GET /instances lists them"),
        (["instances", _], _) => throw MethodNotAllowed(context, "DELETE"),
        (["instances", ..], _) => throw new ApiException(404, "there are /instances and /instances/{ip:port}"),
        _ => base.RouteAsync(context, path),
    };

    private async Task RegisterAsync(HttpContext context)
    {
        var (filter, port, id) = Parse(await ReadAsync(context).ConfigureAwait(false));
        if (filter != server.Filter)
            throw new ApiException(409, $"other settings: {filter}; here {server.Filter}");
        // Of the connection, or of the proxies that the router trusts: nobody has pushes sent to an address of his choice.
        if (!IPAddress.TryParse(service.ClientAddress(context), out var address))
            throw new ApiException(400, "the address of the gateway is unknown");
        if (await server.RegisterAsync(new Instance(new IPEndPoint(address, port), id)).ConfigureAwait(false) is { } reason)
            throw new ApiException(502, string.Create(CultureInfo.InvariantCulture, $"the gateway's port {port} cannot be reached: {reason}"));
        await AnswerAsync(context, StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var body = new byte[MostBody + 1];
        var read = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        return read <= MostBody ? body[..read] : throw new ApiException(413, $"a registration has {MostBody} bytes at most");
    }

    private static (FilterSettings Filter, int Port, Guid Id) Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            var hash = FilterSettings.ParseHash(root.GetProperty("hash_name").GetString() ?? "") ?? throw new ApiException(400, "\"hash_name\" must be \"optimal\" or \"default\"");
            var filter = new FilterSettings(root.GetProperty("n").GetInt64(), root.GetProperty("p").GetDouble(), root.GetProperty("ttl").GetInt64(), hash);
            var port = root.GetProperty("port").GetInt32();
            if (port is < 1 or > IPEndPoint.MaxPort)
                throw new ApiException(400, "\"port\" must lie between 1 and 65535");
            return (filter, port, root.GetProperty("instance_id").GetGuid());
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ApiException(400, "expected a JSON object with \"instance_id\" (a UUID), \"n\", \"p\", \"ttl\", \"hash_name\" and \"port\"");
        }
    }
}
