using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Security;

/// <summary>HTTP/1.1 bodies whose framing is made to cost something, or to hide something; what two servers could read differently is in <see cref="Faults.SmugglingTests"/>.</summary>
public sealed class FramingTests : IAsyncLifetime
{
    private const string Head = "POST /a HTTP/1.1\r\nHost: a\r\n";
    private const int Most = 8 << 20;

    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.OnAny(static context => context.Response.WriteAsync("{}"));
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a","method":"POST","input_headers":["*"],"backend":[{"url_pattern":"/a"}]}]}
            """, _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("CFG-170")]
    [InlineData("Content-Length: -1\r\n\r\nabc")]
    [InlineData("Content-Length: \r\n\r\nabc")]
    [InlineData("Content-Length: 3;\r\n\r\nabc")]
    [InlineData("Content-Length: 9223372036854775808\r\n\r\nabc")]
    [InlineData("Content-Length: 18446744073709551619\r\n\r\nabc")]
    [InlineData("Content-Length: \u00b3\r\n\r\nabc")]
    [InlineData("Content-Length: 3\r\ncontent-length: 4\r\n\r\nabcd")]
    [InlineData("Host: a\r\n\r\n")]
    [InlineData("host: b\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n80000000\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n100000003\r\nabc\r\n0\r\n\r\n")]
    public async Task A_length_that_is_no_length_is_refused_and_the_connection_closed(string rest)
    {
        using var connection = await _gateway.ConnectAsync();
        await connection.WriteAsync(Head + rest + "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n");

        var answer = await connection.ReadToEndAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("HTTP/1.1 ").Skip(1));
        Assert.Empty(_upstream.Received);
    }

    [Theory, Spec("CFG-170")]
    [InlineData("0", "0")]
    [InlineData("", "0")]
    public async Task A_chunk_size_without_end_is_cut_after_a_bounded_length(string start, string more)
    {
        var (sent, _) = await FloodAsync(start, more);

        Assert.InRange(sent, 0, Most - 1);
    }

    [Theory, Spec("CFG-170")]
    [InlineData("3;", "a=b;")]
    [InlineData("3;a=\"", "b")]
    public async Task A_chunk_extension_without_end_is_kept_nowhere(string start, string more)
    {
        var (_, grown) = await FloodAsync(start, more);

        Assert.InRange(grown, long.MinValue, Most / 2);
    }

    // What a client can send, and how much of it is held at the end.
    private async Task<(int Sent, long Grown)> FloodAsync(string start, string more)
    {
        using var connection = await _gateway.ConnectAsync();
        var end = connection.ReadToEndAsync(TimeSpan.FromSeconds(30));
        var part = string.Concat(Enumerable.Repeat(more, 60_000));
        await connection.WriteAsync(Head + "Transfer-Encoding: chunked\r\n\r\n" + start);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sent = 0;
        try
        {
            for (; sent < Most && !end.IsCompleted; sent += part.Length)
                await connection.WriteAsync(part).WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            // Cut, as it should be.
        }
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        connection.Close();
        Assert.DoesNotContain(_upstream.Received, static r => r.Body.Length > 0);
        return (sent, grown);
    }

    [Theory, Spec("SEC-262", "CFG-164")]
    [InlineData("X-A: b\r\n")]
    [InlineData("X:\r\n")]
    [InlineData("Accept: b\r\n")]
    public async Task A_header_that_repeats_very_often_costs_no_more_than_its_refusal(string line)
    {
        using var few = await _gateway.ConnectAsync();
        using var many = await _gateway.ConnectAsync();

        await few.WriteAsync("GET /__health HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat(line, 3_000)) + "\r\n");
        await many.WriteAsync(Head + "Content-Length: 0\r\n" + string.Concat(Enumerable.Repeat(line, 20_000)) + "\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await few.ReadResponseAsync(), StringComparison.Ordinal);
        var answer = await many.ReadToEndAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), answer);
        Assert.Empty(_upstream.Received);
    }

    [Theory, Spec("CFG-170", "SEC-262")]
    [InlineData("X-T: ")]
    [InlineData("X-T: a\r\n")]
    public async Task Trailers_without_end_are_cut_after_a_bounded_length(string trailer)
    {
        using var connection = await _gateway.ConnectAsync();
        var end = connection.ReadToEndAsync(TimeSpan.FromSeconds(30));
        var part = trailer.EndsWith('\n') ? string.Concat(Enumerable.Repeat(trailer, 2_000)) : new string('t', 16_000);
        await connection.WriteAsync(Head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n" + trailer);
        var sent = 0;

        try
        {
            for (; sent < Most && !end.IsCompleted; sent += part.Length)
                await connection.WriteAsync(part).WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            // Cut, as it should be.
        }

        await end;
        Assert.InRange(sent, 0, Most - 1);
    }

    [Theory, Spec("CFG-170")]
    [InlineData("Content-Length: 5")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Host: evil")]
    [InlineData("Authorization: Bearer evil")]
    [InlineData("X-Forwarded-For: 1.2.3.4")]
    [InlineData("Connection: close")]
    public async Task A_trailer_never_becomes_a_header_of_the_backend(string trailer)
    {
        using var connection = await _gateway.ConnectAsync();

        await connection.WriteAsync(Head + "Transfer-Encoding: chunked\r\nTrailer: " + trailer.Split(':')[0] + "\r\n\r\n3\r\nabc\r\n0\r\n" + trailer + "\r\n\r\n");
        await connection.ReadResponseAsync();

        Assert.All(_upstream.Received, r =>
        {
            Assert.Equal("abc", r.Body);
            Assert.DoesNotContain(r.Headers, h => h.Value == trailer.Split(": ")[1] && h.Key is not "Transfer-Encoding");
        });
    }
}
