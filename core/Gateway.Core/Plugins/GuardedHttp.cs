using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Core.Plugins;

/// <summary>Answers 500 for a plugin that failed on the HTTP exchange, or cuts the connection when the answer has begun (EXT-027).</summary>
internal abstract class GuardedExchange(string name, PluginOwner owner)
{
    protected Task Watch(Task call, HttpContext context) => call.IsCompletedSuccessfully ? call : AwaitAsync(call, context);

    protected bool IsToBlame(Exception exception, HttpContext context) => owner.IsToBlame(exception, context.RequestAborted);

    protected Task Fail(Exception exception, HttpContext context)
    {
        owner.Note(exception, name);
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        response.Clear();
        response.StatusCode = StatusCodes.Status500InternalServerError;
        response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private async Task AwaitAsync(Task call, HttpContext context)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (Exception exception) when (IsToBlame(exception, context))
        {
            await Fail(exception, context).ConfigureAwait(false);
        }
    }
}

internal sealed class GuardedHttp(IHttpMiddleware inner, string name, PluginOwner owner) : GuardedExchange(name, owner), IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            return Watch(inner.InvokeAsync(context, next), context);
        }
        catch (Exception exception) when (IsToBlame(exception, context))
        {
            return Fail(exception, context);
        }
    }
}

internal sealed class GuardedConnection(IConnectionHandler inner, string name, PluginOwner owner) : GuardedExchange(name, owner), IConnectionHandler
{
    public Task RunAsync(HttpContext context, CancellationToken closing)
    {
        try
        {
            return Watch(inner.RunAsync(context, closing), context);
        }
        catch (Exception exception) when (IsToBlame(exception, context))
        {
            return Fail(exception, context);
        }
    }
}

internal sealed class GuardedListener(IListenerBranch inner, string name, PluginOwner owner) : GuardedExchange(name, owner), IListenerBranch
{
    private readonly string _name = name;
    private readonly PluginOwner _owner = owner;

    public bool NeedsClearTextHttp2 => inner.NeedsClearTextHttp2;

    public bool Accepts(HttpContext context)
    {
        try
        {
            return inner.Accepts(context);
        }
        catch (Exception exception)
        {
            _owner.Note(exception, _name);
            return false;
        }
    }

    public Task RunAsync(HttpContext context, CancellationToken closing)
    {
        try
        {
            return Watch(inner.RunAsync(context, closing), context);
        }
        catch (Exception exception) when (IsToBlame(exception, context))
        {
            return Fail(exception, context);
        }
    }
}

/// <summary>A rejecter that fails rejects: it guards something.</summary>
internal sealed class GuardedRejecter(ITokenRejecter inner, string name, PluginOwner owner) : ITokenRejecter
{
    public async ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.RejectAsync(claims, context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, cancellationToken))
        {
            return owner.Fail(exception, name);
        }
    }
}
