using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>
/// A gateway with plugins as the build laid them out, in front of several upstreams, which answer <c>/b</c> with <c>{"host":0}</c>,
/// <c>{"host":1}</c> and so on. <c>$HOSTS</c> in the document is the list of their hosts, <c>$0</c>, <c>$1</c> are single ones.
/// </summary>
public sealed class Fleet : IAsyncDisposable
{
    private readonly Upstream[] _upstreams;
    private readonly bool[] _isDown;

    private Fleet(Upstream[] upstreams, TestGateway gateway, ShiftedTime time)
    {
        _upstreams = upstreams;
        _isDown = new bool[upstreams.Length];
        Gateway = gateway;
        Time = time;
    }

    /// <summary>The gateway.</summary>
    public TestGateway Gateway { get; }

    /// <summary>Its clock.</summary>
    public ShiftedTime Time { get; }

    /// <summary>An upstream.</summary>
    public Upstream this[int index] => _upstreams[index];

    /// <summary>Requests that each upstream received at <c>/b</c>.</summary>
    public int[] Counts => Array.ConvertAll(_upstreams, static u => u.ReceivedAt("/b").Count);

    /// <summary>Starts a gateway and its upstreams.</summary>
    /// <param name="count">Upstreams.</param>
    /// <param name="json">The document.</param>
    /// <param name="prepare">Says what each upstream answers before the gateway starts.</param>
    /// <param name="folders">Folders of plugins.</param>
    public static async Task<Fleet> StartAsync(int count, string json, Action<Upstream>? prepare, params string[] folders)
    {
        var upstreams = new Upstream[count];
        for (var i = 0; i < count; i++)
            upstreams[i] = (await Upstream.StartAsync()).Answer("/b", string.Create(CultureInfo.InvariantCulture, $$"""{"host":{{i}}}"""));
        if (prepare is not null)
            Array.ForEach(upstreams, prepare);
        var time = new ShiftedTime();
        var text = Fill(json, upstreams);
        try
        {
            return new Fleet(upstreams, await TestGateway.StartAsync(text, "", new() { PluginFolders = folders, Time = time }), time);
        }
        catch
        {
            foreach (var upstream in upstreams)
                await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes up another document, or the same.</summary>
    public Task ReloadAsync(string json) => Gateway.ReloadAsync(Fill(json, _upstreams));

    /// <summary>Ends an upstream: nobody listens any more.</summary>
    public ValueTask KillAsync(int index)
    {
        _isDown[index] = true;
        return _upstreams[index].DisposeAsync();
    }

    /// <summary>Gets a path, with headers given as <c>Name: value</c>.</summary>
    public Task<FrontReply> GetAsync(string path, params string[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    /// <summary>Sends a request.</summary>
    public async Task<FrontReply> SendAsync(HttpMethod method, string path, HttpContent? body, params string[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        using var response = await Gateway.Client.SendAsync(request);
        return new FrontReply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    /// <summary>Statuses of as many calls, one after the other.</summary>
    public async Task<int[]> StatusesAsync(int count, string path = "/e")
    {
        var statuses = new int[count];
        for (var i = 0; i < count; i++)
            statuses[i] = (await GetAsync(path)).Status;
        return statuses;
    }

    /// <summary>Calls until a condition holds; throws <see cref="TimeoutException"/> with the log after ten seconds.</summary>
    public async Task CallUntilAsync(Func<bool> condition, string path = "/e")
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (!condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"the calls [{string.Join(", ", Counts)}] did not lead to what was expected\n{Gateway.Log}");
            await GetAsync(path);
        }
    }

    /// <summary>What <c>/__health</c> says of a namespace.</summary>
    public async Task<string> HealthAsync(string name)
    {
        using var health = System.Text.Json.JsonDocument.Parse((await GetAsync("/__health")).Body);
        return health.RootElement.GetProperty("plugins").GetProperty(name).GetString()!;
    }

    /// <summary>Makes an upstream hold the calls that arrive at <c>/b</c>.</summary>
    public HeldCalls Hold(int index)
    {
        var held = new HeldCalls();
        _upstreams[index].On("/b", held.HoldAsync);
        return held;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        for (var i = 0; i < _upstreams.Length; i++)
        {
            if (!_isDown[i])
                await _upstreams[i].DisposeAsync();
        }
    }

    private static string Fill(string json, Upstream[] upstreams)
    {
        json = json.Replace("$HOSTS", string.Join(',', upstreams.Select(static u => $"\"{u.Host}\"")), StringComparison.Ordinal);
        for (var i = 0; i < upstreams.Length; i++)
            json = json.Replace(string.Create(CultureInfo.InvariantCulture, $"${i}"), upstreams[i].Host, StringComparison.Ordinal);
        return json;
    }
}

/// <summary>Calls that wait in an upstream until they are let go.</summary>
public sealed class HeldCalls
{
    private readonly TaskCompletionSource _free = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;
    private int _ended;

    /// <summary>Calls that arrived.</summary>
    public int Count => Volatile.Read(ref _held);

    /// <summary>Holds a call, which is answered with an empty object.</summary>
    public async Task HoldAsync(HttpContext context)
    {
        Interlocked.Increment(ref _held);
        try
        {
            await _free.Task.WaitAsync(context.RequestAborted);
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{}");
    }

    /// <summary>Waits until that many calls arrived.</summary>
    public Task ArrivedAsync(int count) => Wait.UntilAsync(() => Count >= count, () => $"{Count} of {count} calls arrived");

    /// <summary>Waits until all that arrived were let go, or given up by the gateway.</summary>
    public Task EndedAsync() => Wait.UntilAsync(() => Volatile.Read(ref _ended) == Count, () => $"{Volatile.Read(ref _ended)} of {Count} calls ended");

    /// <summary>Lets all go.</summary>
    public void Free() => _free.TrySetResult();
}
