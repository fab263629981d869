using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class ConcurrencyTests
{
    private const int Workers = 8;
    private const int CallsPerWorker = 250;

    [Fact]
    [Spec("RTE-332")]
    public async Task Calls_never_see_each_others_answers_however_many_are_cancelled_or_dropped()
    {
        await using var upstream = new RawUpstream(EchoPathsAsync);
        using var fixture = new TransportFixture();
        var answered = 0;

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < CallsPerWorker; i++)
            {
                if (await CallAsync(fixture, upstream.Url, string.Create(CultureInfo.InvariantCulture, $"/{worker}/{i}"), random))
                    Interlocked.Increment(ref answered);
            }
        }))).WaitAsync(TransportFixture.Deadline * 4);

        Assert.True(answered > Workers * CallsPerWorker / 2, $"{answered} calls were answered");
    }

    /// <summary>One call: cancelled at some moment, dropped unread, or read; returns whether its own answer came.</summary>
    private static async Task<bool> CallAsync(TransportFixture fixture, string url, string path, Random random)
    {
        using var cancel = new CancellationTokenSource();
        var fate = random.Next(10);
        var call = fixture.SendAsync(TransportFixture.Request(url, "GET", path), cancel.Token);
        if (fate == 0)
            await cancel.CancelAsync();
        var result = await call;
        if (result.Response is not { } response)
        {
            Assert.Equal(0, fate);
            Assert.Equal(GatewayError.DeadlineExceeded, result.Error!.Message);
            return false;
        }
        using (response)
        {
            try
            {
                Assert.Equal(path, response.Headers.Get("X-Path"));
                if (fate == 1)
                    return true;
                if (fate == 2)
                    _ = cancel.CancelAsync();
                Assert.Equal(path, await TransportFixture.TextAsync(response));
                return true;
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                Assert.True(fate is 0 or 2, exception.Message);
                return false;
            }
        }
    }

    /// <summary>Answers with the request's path, and closes after some answers without saying so.</summary>
    private static async Task EchoPathsAsync(RawConnection connection)
    {
        var random = new Random(connection.Index);
        for (var left = random.Next(1, 60); left > 0; left--)
        {
            if (await connection.ReadRequestAsync() is not { } request)
                return;
            var path = request.Split(' ')[1];
            var chunked = random.Next(2) == 0;
            var head = $"HTTP/1.1 200 OK\r\nX-Path: {path}\r\n";
            await connection.WriteAsync(chunked ? $"{head}Transfer-Encoding: chunked\r\n\r\n{path.Length:x}\r\n" : $"{head}Content-Length: {path.Length}\r\n\r\n");
            await connection.WriteAsync(chunked ? $"{path}\r\n0\r\n\r\n" : path);
        }
    }
}
