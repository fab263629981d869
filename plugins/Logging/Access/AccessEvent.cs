using System.Diagnostics;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.Logging.Access;

/// <summary>One finished request and what belongs to its line.</summary>
internal readonly ref struct AccessEvent
{
    /// <summary>A finished request.</summary>
    public AccessEvent(in AccessRecord record, DateTimeOffset time)
    {
        Record = record;
        Time = time;
    }

    /// <summary>What the gateway says of it.</summary>
    public AccessRecord Record { get; }

    /// <summary>Local time of the end of the response.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>
    /// The trace that it belongs to, or <see langword="null"/>. The request's own activity has ended with its pipeline; whoever started it
    /// left it with the exchange.
    /// </summary>
    public Activity? Activity => Activity.Current ?? Record.Context.Features.Get<IHttpActivityFeature>()?.Activity;

    /// <summary>The request as received.</summary>
    public HttpRequest Request => Record.Context.Request;

    /// <summary>Claims of a validated token, or <see langword="null"/>.</summary>
    public IClaims? Claims => Record.Context.Features.Get<IClaims>();

    /// <summary><c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c>.</summary>
    public string Scheme
    {
        get
        {
            var isWebSocket = Request.Headers.Upgrade.Count > 0 && string.Equals(Request.Headers.Upgrade[0], "websocket", StringComparison.OrdinalIgnoreCase);
            return (Request.IsHttps, isWebSocket) switch
            {
                (false, false) => "http",
                (true, false) => "https",
                (false, true) => "ws",
                (true, true) => "wss",
            };
        }
    }

    /// <summary>Protocol in Go's spelling: <c>HTTP/1.1</c>, <c>HTTP/2.0</c>.</summary>
    public string Protocol => Request.Protocol switch
    {
        "HTTP/2" => "HTTP/2.0",
        "HTTP/3" => "HTTP/3.0",
        var other => other,
    };
}
