using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Gateway.Sidecars.Faults.Testing;

/// <summary>Clients that send one request after the other to a path, each with a marker of its own, and look at every answer.</summary>
internal sealed class Load : IDisposable
{
    /// <summary>Clients at once.</summary>
    public const int Clients = 64;

    // What nobody waits for on a busy machine either.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private static int s_number;

    private readonly HttpClient _client;

    public Load(int port) => _client = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 2 * Clients }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Answers to requests that asked for nothing bad.</summary>
    public Tally Good { get; } = new();

    /// <summary>Answers to requests that asked the sidecar to misbehave.</summary>
    public Tally Bad { get; } = new();

    /// <summary>Bytes of a body that each request has, with POST; 0 for GET without one.</summary>
    public int BodyBytes { get; init; }

    /// <summary>Runs all clients.</summary>
    /// <param name="path">Path of the endpoint.</param>
    /// <param name="goesOn">Whether a client, by its number, goes on with a request of this number.</param>
    /// <param name="fault">What the request of a client asks for, or nothing.</param>
    /// <param name="clients">How many.</param>
    public Task RunAsync(string path, Func<int, int, bool> goesOn, Func<int, int, string?>? fault = null, int clients = Clients) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            for (var i = 0; goesOn(client, i); i++)
                await SendAsync(path, fault?.Invoke(client, i));
        })));

    /// <summary>Sends one request and counts what came of it.</summary>
    public async Task<Reading> SendAsync(string path, string? fault = null)
    {
        var tally = fault is null ? Good : Bad;
        var marker = string.Create(CultureInfo.InvariantCulture, $"m{Interlocked.Increment(ref s_number)}-{Guid.NewGuid():N}");
        tally.Send();
        var begun = Stopwatch.GetTimestamp();
        var reading = await AskAsync(path, marker, fault);
        tally.Add(reading, Stopwatch.GetElapsedTime(begun));
        return reading;
    }

    public void Dispose() => _client.Dispose();

    private async Task<Reading> AskAsync(string path, string marker, string? fault)
    {
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            using var request = Request(path, marker, fault);
            using var answer = await _client.SendAsync(request, limit.Token);
            return Reading.Of(answer, await answer.Content.ReadAsStringAsync(limit.Token), marker);
        }
        catch (OperationCanceledException)
        {
            return new(Outcome.Hanging, marker);
        }
        catch (HttpRequestException exception)
        {
            return new(Outcome.Lost, exception.ToString());
        }
    }

    private HttpRequestMessage Request(string path, string marker, string? fault)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?marker={marker}{(fault is null ? "" : "&fault=" + WebUtility.UrlEncode(fault))}");
        if (BodyBytes == 0)
            return request;
        request.Method = HttpMethod.Post;
        var body = new byte[BodyBytes];
        Array.Fill(body, (byte)'b');
        Encoding.ASCII.GetBytes(marker, body);
        request.Content = new ByteArrayContent(body);
        return request;
    }
}
