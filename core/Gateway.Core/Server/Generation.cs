using System.Diagnostics;
using System.Runtime.InteropServices;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Proxy;
using Gateway.Core.Routing;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Plugins;
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
    private readonly RouteTable<RouteHandler> _routes;
    private readonly PlainResponses _plain;
    private readonly ClientAddress _clientAddress;
    private readonly AccessLog? _accessLog;
    private readonly HttpTransport _transport;
    private readonly GenerationScope _scope;
    private readonly PluginSet _plugins;
    private readonly ServiceContext _context;
    private readonly Takeovers _takeovers;
    private readonly IListenerBranch[] _branches;
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IAccessLog? _accessComponent;
    private readonly ILogger _logger;
    private readonly RequestDelegate? _outer;
    private readonly RequestDelegate? _inner;

    private int _accessFaults;

    // One for being current, one per request in progress.
    private int _users = 1;
    private volatile bool _isRetired;

    internal Generation(GenerationParts parts)
    {
        Config = parts.Config;
        _plugins = parts.Plugins;
        _context = parts.Context;
        _routes = parts.Routes;
        _plain = parts.Plain;
        _clientAddress = parts.ClientAddress;
        _accessLog = parts.AccessLog;
        _transport = parts.Transport;
        _scope = parts.Scope;
        _takeovers = parts.Takeovers;
        _branches = [.. parts.Branches];
        Agents = parts.Agents;
        _accessComponent = parts.Log.Access;
        _logger = parts.Log.Logger;
        Health = parts.Health;
        AdminOperations = parts.Admin.All;
        if (parts.Outer.Count > 0)
            _outer = Pipeline.Compose(parts.Outer, context => RerouteAsync(ExchangeOf(context)));
        if (parts.Inner.Count > 0)
            _inner = Pipeline.Compose(parts.Inner, context => HandleAsync(ExchangeOf(context)));
    }

    /// <summary>The configuration it was built from.</summary>
    public ServiceConfig Config { get; }

    /// <summary>Application log.</summary>
    public ILogger Logger => _logger;

    /// <summary>Starts what the plugins do besides requests. Throws <see cref="PluginLoadException"/>.</summary>
    public Task StartPluginsAsync(TimeSpan limit, CancellationToken cancellationToken) => _plugins.StartAsync(_context, limit, cancellationToken);

    /// <summary>State that its components hand on.</summary>
    public CarriedState Carried => _scope.Carried;

    /// <summary>Its agents; whoever makes the generation current starts them.</summary>
    public AgentGroup Agents { get; }

    /// <summary>Whether a branch of the listener needs clients to speak HTTP/2 in clear text without asking.</summary>
    public bool NeedsClearTextHttp2 => Array.Exists(_branches, static branch => branch.NeedsClearTextHttp2);

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
        if (_accessComponent is { } component && LogTo(component, exchange, status))
            return;
        _accessLog.Write(status, exchange.ElapsedMilliseconds, exchange.ClientIp, exchange.Http.Request.Method, exchange.Target, exchange.LoggedErrors);
    }

    // Whatever a component of the log does, the exchange has to end in order.
    private bool LogTo(IAccessLog component, Exchange exchange, int status)
    {
        if (_accessLog!.Skips(exchange.Target))
            return true;
        try
        {
            component.Write(new AccessRecord
            {
                Context = exchange.Http,
                StatusCode = status,
                Elapsed = Stopwatch.GetElapsedTime(exchange.Started),
                ClientAddress = exchange.ClientIp,
                Target = exchange.Target,
                Errors = CollectionsMarshal.AsSpan(exchange.LoggedErrors),
            });
            return true;
        }
        catch (Exception exception)
        {
            if (Interlocked.Increment(ref _accessFaults) == 1)
                Log.AccessLogFailed(_logger, exception);
            return false;
        }
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

    /// <summary>Requests in progress, and what else takes part.</summary>
    public int Requests => Math.Max(0, Volatile.Read(ref _users) - (_isRetired ? 0 : 1));

    /// <summary>What of its plugins is to be told.</summary>
    public IReadOnlyList<PluginState> Plugins => _plugins.States;

    /// <summary>What components say about their state.</summary>
    public HealthContributors Health { get; }

    /// <summary>What its plugins do for operators.</summary>
    public IReadOnlyList<PluginOperation> AdminOperations { get; }

    /// <summary>Ends the use that being current is.</summary>
    public void Retire()
    {
        _isRetired = true;
        Leave();
    }

    /// <summary>Ends a use; the last one of a retired generation disposes of it.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        _transport.Dispose();
        _unused.TrySetResult();
    }

    /// <summary>Completes when a retired generation has served its last request.</summary>
    public Task Unused => _unused.Task;

    /// <summary>Tells what outlives requests to end, and returns when it has; what is left when the token fires is cut. Idempotent, never fails.</summary>
    public async Task EndAsync(CancellationToken cut)
    {
        // Told at once, so that no agent takes one more message.
        var agents = Agents.StopAsync(cut);
        try
        {
            await _scope.StopAsync().WaitAsync(cut).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            // Who still thinks about it is disposed all the same.
        }
        catch (Exception exception)
        {
            Log.StopFailed(_logger, exception);
        }
        await Task.WhenAll(_takeovers.DrainAsync(cut), agents).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _transport.Dispose();
        return _scope.DisposeAsync();
    }

    private Task RerouteAsync(Exchange exchange) =>
        exchange.TryRetarget() ? RouteAsync(exchange) : PlainResponses.BadRequestAsync(exchange.Http, "400 bad request");

    private Task RouteAsync(Exchange exchange)
    {
        var context = exchange.Http;
        foreach (var branch in _branches)
        {
            if (branch.Accepts(context))
            {
                exchange.IsLogged = _accessLog is not null;
                return _takeovers.RunAsync(exchange, branch.RunAsync);
            }
        }
        _routes.Match(context.Request.Method, exchange.RawPath, ref exchange.Match);
        if (exchange.Match.Outcome == RouteOutcome.Redirect)
            return PlainResponses.RedirectAsync(context, RedirectLocation(exchange));
        exchange.IsLogged = _accessLog is not null;
        // The health path stands outside of the service's components (SEC-042).
        return _inner is null || exchange.Match.Handler is HealthEndpoint ? HandleAsync(exchange) : _inner(context);
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

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Logging] The access log failed; its built-in form takes the records that it fails on")]
        public static partial void AccessLogFailed(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gateway] A component failed when it was told that its configuration ends")]
        public static partial void StopFailed(ILogger logger, Exception exception);
    }
}

/// <summary>What a <see cref="Generation"/> is made of.</summary>
internal sealed record GenerationParts
{
    public required ServiceConfig Config { get; init; }
    public required GenerationScope Scope { get; init; }
    public required PluginSet Plugins { get; init; }
    public required ServiceContext Context { get; init; }
    public required Takeovers Takeovers { get; init; }
    public required AgentGroup Agents { get; init; }
    public required RouteTable<RouteHandler> Routes { get; init; }
    public required PlainResponses Plain { get; init; }
    public required ClientAddress ClientAddress { get; init; }
    public required HttpTransport Transport { get; init; }
    public required ServiceLog Log { get; init; }
    public AccessLog? AccessLog { get; init; }
    public required HealthContributors Health { get; init; }
    public required AdminOperations Admin { get; init; }
    public IReadOnlyList<KrakenPlugins.Sdk.Proxy.IHttpMiddleware> Outer { get; init; } = [];
    public IReadOnlyList<KrakenPlugins.Sdk.Proxy.IHttpMiddleware> Inner { get; init; } = [];
    public IReadOnlyList<IListenerBranch> Branches { get; init; } = [];
}
