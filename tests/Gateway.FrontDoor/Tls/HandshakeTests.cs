using System.Diagnostics;
using System.Net;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Tls;

/// <summary>Time limits of connections with TLS, and how failures are logged.</summary>
public sealed class HandshakeTests : IDisposable
{
    private readonly PemFolder _files = new();

    public HandshakeTests()
    {
        using var certificate = TestAuthority.SelfSigned(new TestCertificate());
        _files.WritePair("server", certificate);
    }

    public void Dispose() => _files.Dispose();

    private string Keys => $"\"keys\":[{_files.Key("server")}]";

    [Theory, Spec("CFG-182", "CFG-160")]
    [InlineData("")]
    [InlineData("\u0016\u0003")]
    [InlineData("\u0016\u0003\u0001\u0001\0\u0001\0\0")]
    public async Task A_handshake_that_does_not_come_to_its_end_is_cut(string start)
    {
        await using var rig = await TlsRig.StartAsync(Keys, "\"read_header_timeout\":\"300ms\",");
        using var connection = await rig.Gateway.ConnectAsync();
        var watch = Stopwatch.StartNew();

        await connection.WriteAsync(start);

        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.InRange(watch.ElapsedMilliseconds, 250, 5000);
        await rig.Gateway.WaitForLogAsync("i/o timeout after 0.3 s");
    }

    [Fact, Spec("CFG-182")]
    public async Task Without_timers_a_handshake_has_ten_seconds()
    {
        var time = new TurnedTime();
        await using var rig = await TlsRig.StartAsync(Keys, time: time);
        using var connection = await rig.Gateway.ConnectAsync();
        await connection.WriteAsync("\u0016");

        await Wait.UntilAsync(() => time.Turn(TimeSpan.FromSeconds(10)), static () => "no timer of ten seconds was set");

        Assert.Equal("", await connection.ReadToEndAsync());
        await rig.Gateway.WaitForLogAsync("i/o timeout after 10 s");
    }

    [Fact, Spec("CFG-182")]
    public async Task Failures_of_one_kind_are_logged_once_a_second_and_counted()
    {
        var time = new ShiftedTime();
        await using var rig = await TlsRig.StartAsync(Keys, time: time);

        for (var i = 0; i < 20; i++)
            await rig.Gateway.SendRawAsync("GET / HTTP/1.1\r\n\r\n");
        time.Advance(TimeSpan.FromSeconds(30));
        await rig.Gateway.SendRawAsync("\u0001\u0002");
        await rig.Gateway.WaitForLogAsync("first record does not look like a TLS handshake (");
        await rig.Gateway.WaitForLogAsync("more of this kind since the last one logged)");

        var lines = rig.Gateway.Log.Split("client sent an HTTP request to an HTTPS server").Length - 1;
        Assert.InRange(lines, 1, 5);
    }

    [Fact, Spec("CFG-182")]
    public async Task A_connection_that_is_closed_unused_is_no_warning()
    {
        await using var rig = await TlsRig.StartAsync(Keys);

        using (await rig.Gateway.ConnectAsync()) { }

        await rig.Gateway.WaitForLogAsync(": EOF");
        Assert.DoesNotContain("WARNING: [SERVICE: Gin] http", rig.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-160", "CFG-163")]
    public async Task Timers_hold_behind_the_handshake()
    {
        await using var rig = await TlsRig.StartAsync(Keys, "\"read_header_timeout\":\"400ms\",\"idle_timeout\":\"500ms\",");

        await using var slow = await rig.ConnectAsync(new TlsCaller());
        await slow.WriteAsync("GET /a HTTP/1.1\r\nHost: "u8.ToArray());
        await Assert.ThrowsAsync<IOException>(() => ReadToEndAsync(slow));

        await using var idle = await rig.ConnectAsync(new TlsCaller());
        await idle.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        var watch = Stopwatch.StartNew();
        Assert.StartsWith("HTTP/1.1 200", await ReadToEndAsync(idle), StringComparison.Ordinal);
        Assert.InRange(watch.ElapsedMilliseconds, 400, 8000);
    }

    [Fact, Spec("CFG-162", "CFG-166")]
    public async Task A_stream_of_http_2_that_is_late_is_reset_alone()
    {
        await using var rig = await TlsRig.StartAsync(Keys, "\"write_timeout\":\"500ms\",");
        using var client = ServerTests.Http2Client(rig);
        using (await client.GetAsync("/a")) { }

        var late = client.GetAsync("/slow");
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => late);
        using var after = await client.GetAsync("/a");

        Assert.Contains("reset", error.GetBaseException().Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact, Spec("CFG-171", "CFG-150")]
    public async Task A_stop_lets_a_request_finish_and_waits_for_no_handshake()
    {
        await using var rig = await TlsRig.StartAsync(Keys);
        using var half = await rig.Gateway.ConnectAsync();
        await half.WriteAsync("\u0016\u0003");
        var request = rig.GetAsync(new TlsCaller(), "/slow");
        await Wait.UntilAsync(() => rig.Upstream.Received.Count == 1, static () => "the request did not arrive");

        await rig.Gateway.StopAsync();

        Assert.StartsWith("HTTP/1.1 200", await request, StringComparison.Ordinal);
        Assert.Equal("", await half.ReadToEndAsync());
    }

    [Fact, Spec("CFG-171")]
    public async Task Bodies_of_a_megabyte_pass_both_ways_and_the_end_is_told()
    {
        await using var rig = await TlsRig.StartAsync(Keys);
        var text = new string('a', 1_000_000);
        rig.Upstream.On("/a", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, $$"""{"length":{{body.Length}},"text":"{{text}}"}""");
        });
        await using var tls = await rig.ConnectAsync(new TlsCaller());

        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {text.Length}\r\n\r\n{text}"));
        var answer = await ReadToEndAsync(tls);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains(text, answer, StringComparison.Ordinal);
    }

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
