using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.EndToEnd;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.Sidecars.Faults.Testing;

/// <summary>
/// The gateway's executable with the faulty sidecar at every layer and one endpoint without it, before an upstream that gives each request's marker back.
/// </summary>
internal sealed class FaultRig : IAsyncDisposable
{
    public const string Plain = "/plain";
    public const string Guard = "/guard";
    public const string Data = "/data";
    public const string Client = "/client";
    public const string Executor = "/executor";

    private readonly Folder _folder = new();
    private readonly Upstream _upstream;

    private FaultRig(Upstream upstream, FaultySidecarPlugin plugin) => (_upstream, Plugin) = (upstream, plugin);

    public FaultySidecarPlugin Plugin { get; }

    public RunningGateway Gateway { get; private set; } = null!;

    /// <summary>Where the gateway makes its private folders.</summary>
    public string Temporary => Directory.CreateDirectory(Path.Combine(_folder.Path, "t")).FullName;

    /// <summary>Numbers of the sidecar's processes.</summary>
    public IReadOnlyList<int> Sidecars => Processes.Of(FaultySidecarPlugin.Program, Plugin.Folder);

    /// <summary>The private folders of the gateway.</summary>
    public string[] Folders => Directory.GetDirectories(Temporary, "gw-*");

    /// <summary>The last of what the gateway says of the sidecar, for messages.</summary>
    public string PluginLog => string.Join('\n', Gateway.Out.Split('\n').Where(static line => line.Contains("[PLUGIN: ", StringComparison.Ordinal)).TakeLast(8).Select(static line => line.Length > 300 ? line[..300] : line));

    /// <summary>Requests that the upstream has got.</summary>
    public int Received => _upstream.Received.Count;

    /// <summary>Starts one whose sidecar is ready.</summary>
    /// <param name="process">The attribute <c>process</c> of the manifest; short limits when <see langword="null"/>.</param>
    /// <param name="edit">Last changes to the manifest.</param>
    /// <param name="faults">How the process misbehaves from the start.</param>
    public static async Task<FaultRig> StartAsync(JsonObject? process = null, Action<JsonObject>? edit = null, string? faults = null)
    {
        var rig = await PrepareAsync(process, edit, faults);
        try
        {
            await rig.RunAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Everything but the gateway.</summary>
    public static async Task<FaultRig> PrepareAsync(JsonObject? process = null, Action<JsonObject>? edit = null, string? faults = null)
    {
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(static async context =>
        {
            var answer = new JsonObject { ["marker"] = context.Request.Query["marker"].ToString(), ["length"] = context.Request.Body.Length };
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer.ToJsonString());
        });
        var rig = new FaultRig(upstream, new(process: process ?? Limits(), edit: edit));
        if (faults is not null)
            rig.Plugin.Misbehave(faults);
        return rig;
    }

    /// <summary>Limits that a test can wait for.</summary>
    public static JsonObject Limits(string onFailure = "fail") => new()
    {
        ["on_failure"] = onFailure, ["timeout"] = "2s", ["start_limit"] = "10s", ["drain_limit"] = "2s", ["stop_limit"] = "1s",
    };

    /// <summary>Starts the gateway.</summary>
    public async Task RunAsync(IReadOnlyDictionary<string, string>? environment = null) => Gateway = await RunningGateway.StartAsync(_folder.Path, Arguments, Variables(environment));

    /// <summary>Runs a gateway that is expected to refuse its start.</summary>
    public Task<Finished> RunToEndAsync() => Executable.RunInAsync(_folder.Path, Variables(null), [.. Arguments, "-p", RunningGateway.FreePort().ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Path of the sidecar's socket.</summary>
    public string Socket() => Directory.GetFiles(Folders.Single()).Single();

    /// <summary>Clients of it.</summary>
    public Load Load(int bodyBytes = 0) => new(Gateway.Port) { BodyBytes = bodyBytes };

    /// <summary>Waits for the one process of the sidecar that there is.</summary>
    public async Task<int> SidecarAsync()
    {
        await Wait.UntilAsync(() => Sidecars.Count == 1, () => $"{Sidecars.Count} sidecars run\n{Gateway.Out}");
        return Sidecars.Single();
    }

    /// <summary>Waits until the sidecar marks answers again, and gives the time that it took.</summary>
    public async Task<TimeSpan> RecoversAsync(string path, TimeSpan limit)
    {
        using var load = Load();
        var begun = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await load.SendAsync(path)).Outcome != Outcome.Right)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < limit, $"it has not recovered within {limit}: {load.Good}\n{Gateway.Out}\n{Gateway.Error}");
            await tick.WaitForNextTickAsync();
        }
        load.Good.HasLostNothing();
        return Stopwatch.GetElapsedTime(begun);
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
            await Gateway.DisposeAsync();
        foreach (var left in Sidecars)
            Processes.Send(left, Processes.Kill);
        await _upstream.DisposeAsync();
        Plugin.Dispose();
        _folder.Dispose();
    }

    private string[] Arguments => ["run", "-c", _folder.Write("krakend.json", Configuration().ToJsonString()), "--plugins", Plugin.Plugins];

    private Dictionary<string, string> Variables(IReadOnlyDictionary<string, string>? more) =>
        new(more ?? new Dictionary<string, string>(), StringComparer.Ordinal) { ["TMPDIR"] = Temporary };

    private JsonObject Configuration() => new()
    {
        ["version"] = 3,
        ["listen_ip"] = "127.0.0.1",
        ["timeout"] = "20s",
        ["extra_config"] = new JsonObject { ["router"] = new JsonObject { ["disable_access_log"] = true } },
        ["endpoints"] = new JsonArray(
            Endpoint(Plain), Endpoint(Guard, FaultySidecarPlugin.Guard), Endpoint(Guard, FaultySidecarPlugin.Guard, method: "POST"), Endpoint(Data, FaultySidecarPlugin.Proxy),
            Endpoint(Client, ofBackend: FaultySidecarPlugin.Client), Endpoint(Executor, ofBackend: FaultySidecarPlugin.Executor)),
    };

    private JsonObject Endpoint(string path, string? ofEndpoint = null, string? ofBackend = null, string method = "GET")
    {
        var backend = new JsonObject { ["host"] = new JsonArray(_upstream.Host), ["url_pattern"] = "/echo", ["method"] = method };
        if (ofBackend is not null)
            backend["extra_config"] = new JsonObject { [ofBackend] = new JsonObject() };
        var endpoint = new JsonObject { ["endpoint"] = path, ["method"] = method, ["input_query_strings"] = new JsonArray("marker", "fault"), ["backend"] = new JsonArray(backend) };
        if (ofEndpoint is not null)
            endpoint["extra_config"] = new JsonObject { [ofEndpoint] = new JsonObject() };
        return endpoint;
    }
}
