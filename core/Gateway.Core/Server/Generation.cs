using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Proxy;
using Gateway.Core.Routing;
using Gateway.Core.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Gateway.Core.Server;

/// <summary>
/// Everything compiled from one configuration: routes, pipelines, client pools. Immutable; a reload builds the next one beside it
/// and swaps the application's reference.
/// </summary>
internal sealed partial class Generation : IAsyncDisposable
{
    private static readonly TimeSpan s_lastRequests = TimeSpan.FromSeconds(2);

    private readonly RouteTable<RouteHandler> _routes;
    private readonly PlainResponses _plain;
    private readonly ClientAddress _clientAddress;
    private readonly AccessLog? _accessLog;
    private readonly HttpTransport _transport;
    private readonly GenerationScope _scope;
    private readonly PluginSet _plugins;
    private readonly ServiceContext _context;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RequestDelegate? _outer;
    private readonly RequestDelegate? _inner;

    // One for being current, one per request in progress.
    private int _users = 1;
    private int _isRetired;
    private int _isReleased;

    internal Generation(GenerationParts parts)
    {
        Config = parts.Config;
        _scope = parts.Scope;
        _plugins = parts.Plugins;
        _context = parts.Context;
        _routes = parts.Routes;
        _plain = parts.Plain;
        _clientAddress = parts.ClientAddress;
        _accessLog = parts.AccessLog;
        _transport = parts.Transport;
        _logger = parts.Logger;
        if (parts.Outer.Count > 0)
            _outer = Pipeline.Compose(parts.Outer, context => RerouteAsync(ExchangeOf(context)));
        if (parts.Inner.Count > 0)
            _inner = Pipeline.Compose(parts.Inner, context => HandleAsync(ExchangeOf(context)));
    }

    /// <summary>The configuration it was built from.</summary>
    public ServiceConfig Config { get; }

    /// <summary>Completes when everything that it held was disposed; holds no reference to it.</summary>
    public Task Ended => _released.Task;

    /// <summary>Starts what the plugins do besides requests. Throws <see cref="PluginLoadException"/>.</summary>
    public Task StartPluginsAsync(TimeSpan limit, CancellationToken cancellationToken) => _plugins.StartAsync(_context, limit, cancellationToken);

    /// <summary>Serves one exchange; throws nothing.</summary>
    public async Task ServeAsync(Exchange exchange)
    {
        try
        {
            if (!TargetForm.TryParse(exchange) || Smuggles(exchange.Http.Request))
            {
                exchange.Http.Response.Headers.Connection = "close";
                await PlainResponses.BadRequestAsync(exchange.Http, "400 bad request").ConfigureAwait(false);
                return;
            }
            exchange.ClientIp = _clientAddress.Resolve(exchange.PeerOf(_clientAddress), exchange.Http.Request.Headers, static (headers, name) => headers[name]);
            if (_outer is null && _inner is null)
            {
                await RouteAsync(exchange).ConfigureAwait(false);
                return;
            }
            exchange.Http.Features.Set(exchange);
            exchange.NoteTarget();
            await (_outer is null ? RouteAsync(exchange) : _outer(exchange.Http)).ConfigureAwait(false);
        }
        catch (Exception) when (exchange.Http.RequestAborted.IsCancellationRequested)
        {
            // The client left; whatever that broke is no fault of ours.
            exchange.LoggedStatus = StatusCodes.Status500InternalServerError;
        }
        catch (Exception exception) when (ClientFault.StatusOf(exception) is > 0 and var status)
        {
            Fail(exchange, status);
        }
        catch (Exception exception)
        {
            Log.Panic(_logger, exchange.Target, exception);
            Fail(exchange, StatusCodes.Status500InternalServerError);
        }
    }

    private static void Fail(Exchange exchange, int status)
    {
        var response = exchange.Http.Response;
        if (response.HasStarted)
        {
            exchange.LoggedStatus = status;
            exchange.Http.Abort();
            return;
        }
        response.Clear();
        response.StatusCode = status;
        response.ContentLength = 0;
    }

    /// <summary>Writes the access line of a finished exchange.</summary>
    public void LogAccess(Exchange exchange, Exception? exception)
    {
        if (_accessLog is null || !exchange.IsLogged)
            return;
        var status = exchange.LoggedStatus != 0 ? exchange.LoggedStatus : exception is null ? exchange.Http.Response.StatusCode : 500;
        _accessLog.Write(status, exchange.ElapsedMilliseconds, exchange.ClientIp, exchange.Http.Request.Method, exchange.Target, exchange.LoggedErrors);
    }

    /// <summary>Takes part in the generation; <see langword="false"/> when it was retired and is gone.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }
        return false;
    }

    /// <summary>Ends a use; the last one of a retired generation disposes of what it holds.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Release();
    }

    /// <summary>Tells components that their configuration ends (EXT-015); requests go on.</summary>
    public void Stop() => _scope.Stop();

    /// <summary>Ends being current; requests in progress are served to their end. Idempotent.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _isRetired, 1) != 0)
            return;
        _scope.Stop();
        Leave();
    }

    /// <summary>Retires, waits a while for requests in progress and disposes of what it holds. Throws nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        Retire();
        await _released.Task.WaitAsync(s_lastRequests).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Release();
        await _released.Task.ConfigureAwait(false);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            _ = ReleaseAsync();
    }

    // Its own owner: nothing in it throws, and who has to know waits for _released.
    private async Task ReleaseAsync()
    {
        // The last request's connection does not wait for what plugins do at their end.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await _scope.DisposeAsync().ConfigureAwait(false);
            _transport.Dispose();
        }
        finally
        {
            _released.SetResult();
        }
    }

    private Task RerouteAsync(Exchange exchange) =>
        exchange.TryRetarget() ? RouteAsync(exchange) : PlainResponses.BadRequestAsync(exchange.Http, "400 bad request");

    private Task RouteAsync(Exchange exchange)
    {
        var context = exchange.Http;
        _routes.Match(context.Request.Method, exchange.RawPath, ref exchange.Match);
        if (exchange.Match.Outcome == RouteOutcome.Redirect)
            return PlainResponses.RedirectAsync(context, RedirectLocation(exchange));
        exchange.IsLogged = _accessLog is not null;
        return _inner is null ? HandleAsync(exchange) : _inner(context);
    }

    private Task HandleAsync(Exchange exchange)
    {
        ref readonly var match = ref exchange.Match;
        return match.Outcome switch
        {
            RouteOutcome.Found => match.Handler!.HandleAsync(exchange),
            RouteOutcome.MethodNotAllowed => _plain.NotAllowedAsync(exchange.Http, match.Allow!),
            RouteOutcome.AutoOptions => _plain.OptionsAsync(exchange.Http, match.Allow!),
            RouteOutcome.BadParameter => PlainResponses.BadRequestAsync(exchange.Http, match.Error!),
            _ => _plain.NotFoundAsync(exchange.Http),
        };
    }

    private static string RedirectLocation(Exchange exchange)
    {
        var location = exchange.Match.Location!;
        if (exchange.Match.IsTrailingSlashRedirect && exchange.Http.Request.Headers["X-Forwarded-Prefix"] is { Count: > 0 } prefix)
            location = RedirectPrefix.Sanitise(prefix.ToString()) + location;
        return exchange.RawQuery.IsEmpty ? location : $"{location}?{exchange.RawQuery}";
    }

    // Kestrel takes Transfer-Encoding with Content-Length and renames the latter; whoever sends both means to smuggle.
    private static bool Smuggles(HttpRequest request) =>
        request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey("X-Content-Length");

    private static Exchange ExchangeOf(HttpContext context) => context.Features.Get<Exchange>()
        ?? throw new InvalidOperationException("a component handed on an exchange without the features of the one that it was given");

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gin] panic recovered while serving {Target}")]
        public static partial void Panic(ILogger logger, string target, Exception exception);
    }
}

/// <summary>What a <see cref="Generation"/> is made of.</summary>
internal sealed record GenerationParts
{
    public required ServiceConfig Config { get; init; }
    public required GenerationScope Scope { get; init; }
    public required PluginSet Plugins { get; init; }
    public required ServiceContext Context { get; init; }
    public required RouteTable<RouteHandler> Routes { get; init; }
    public required PlainResponses Plain { get; init; }
    public required ClientAddress ClientAddress { get; init; }
    public required HttpTransport Transport { get; init; }
    public required ILogger Logger { get; init; }
    public AccessLog? AccessLog { get; init; }
    public IReadOnlyList<KrakenPlugins.Sdk.Proxy.IHttpMiddleware> Outer { get; init; } = [];
    public IReadOnlyList<KrakenPlugins.Sdk.Proxy.IHttpMiddleware> Inner { get; init; } = [];
}
