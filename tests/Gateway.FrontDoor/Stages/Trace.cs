using System.Collections.Concurrent;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.FrontDoor.Stages;

/// <summary>
/// Components that note when a request enters (<c>&gt;name</c>) and its response leaves (<c>&lt;name</c>), and that throw when the
/// client's header <c>X-Throw</c> has their name.
/// </summary>
internal sealed class Trace
{
    private readonly ConcurrentQueue<string> _entries = new();

    public PluginRegistry Plugins { get; } = new();

    public string[] Entries => [.. _entries];

    /// <summary>The entries since the last call.</summary>
    public string[] Take()
    {
        var entries = Entries;
        _entries.Clear();
        return entries;
    }

    /// <summary>Notes something that is no component of a namespace.</summary>
    public void Add(string entry) => _entries.Enqueue(entry);

    public void Server(string name, Stage stage) => Plugins.Server(name, stage, (_, _, _) => Http(name));

    public void Endpoint(string name, Stage stage) => Plugins.Endpoint(name, stage, (_, _, _) => Http(name));

    public void Proxy(string name, Stage stage) => Plugins.Proxy(name, stage, (_, _, _) => Middleware(name));

    public void Backend(string name, Stage stage) => Plugins.Backend(name, stage, (_, _, _) => Middleware(name));

    public void Client(string name, Stage stage) => Plugins.Client(name, stage, (_, _, _) => new ClientProbe(async (request, next, token) =>
    {
        Enter(name, request.HttpContext);
        var result = await next(request, token);
        _entries.Enqueue("<" + name);
        return result;
    }));

    public void Executor(string name, Func<ProxyResponse> answer) => Plugins.Executor(name, (_, _, _) => new ProxyProbe((request, _, _) =>
    {
        Enter(name, request.HttpContext);
        _entries.Enqueue("<" + name);
        return new ValueTask<ProxyResult>(answer());
    }));

    private HttpProbe Http(string name) => new(async (context, next) =>
    {
        Enter(name, context);
        await next(context);
        _entries.Enqueue("<" + name);
    });

    private ProxyProbe Middleware(string name) => new(async (request, next, token) =>
    {
        Enter(name, request.HttpContext);
        var result = await next(request, token);
        _entries.Enqueue("<" + name);
        return result;
    });

    private void Enter(string name, HttpContext? context)
    {
        if (context?.Request.Headers["X-Throw"].ToString() == name)
            throw new InvalidOperationException($"thrown by {name}");
        _entries.Enqueue(">" + name);
    }
}
