using System.IO.Compression;
using System.Text;
using Gateway.FrontDoor.Manipulation;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Encodings;

/// <summary>Compressed answers of backends.</summary>
public sealed class GzipTests
{
    private const string Document = """{"a":{"b":[1.0,2]},"c":"é"}""";
    private const string Forwarded = """ "input_headers":["Accept-Encoding"] """;
    private static readonly byte[] s_gzip = Gzip(Encoding.UTF8.GetBytes(Document));

    [Theory, Spec("MAN-071", "MAN-269")]
    [InlineData("", null, "gzip")]
    [InlineData("", "br", "gzip")]
    [InlineData(Forwarded, "gzip", "gzip")]
    [InlineData(Forwarded, "gzip, deflate;q=0.5", "gzip, deflate;q=0.5")]
    public async Task A_data_pipe_inflates_before_it_decodes(string endpoint, string? acceptEncoding, string asked)
    {
        await using var pipe = await DataPipe.StartAsync(DataPipe.One("", endpoint), static upstream => upstream.On("/b", Compressed(s_gzip)));

        (await pipe.GetAsync("/x", Accepting(acceptEncoding))).IsData(Document);

        Assert.Equal(asked, pipe.Upstream.Received.Single().Header("Accept-Encoding"));
    }

    [Theory, Spec("MAN-071")]
    [InlineData(""" "encoding":"string" """, "text \u00e9", """{"content":"text é"}""")]
    [InlineData(""" "encoding":"xml" """, "<r>1</r>", """{"r":"1"}""")]
    [InlineData(""" "is_collection":true """, "[1]", """{"collection":[1]}""")]
    [InlineData(""" "encoding":"safejson" """, "[1]", """{"collection":[1]}""")]
    public async Task Every_decoder_reads_the_inflated_body(string backend, string body, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(backend, Forwarded), upstream => upstream.On("/b", Compressed(Gzip(Encoding.UTF8.GetBytes(body)))));

        (await pipe.GetAsync("/x", Accepting("gzip"))).IsData(expected);
    }

    [Fact, Spec("MAN-071", "MAN-269")]
    public async Task It_is_inflated_even_when_nobody_asked_for_it()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(root: """ "disable_compression":true """), static upstream => upstream.On("/b", Compressed(s_gzip, "GZIP")));

        (await pipe.GetAsync("/x")).IsData(Document);

        Assert.Null(pipe.Upstream.Received.Single().Header("Accept-Encoding"));
    }

    [Theory, Spec("MAN-071")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public async Task Other_codings_fail_to_decode(string coding)
    {
        using var compressed = new MemoryStream();
        using (var stream = coding == "br" ? (Stream)new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(Encoding.UTF8.GetBytes(Document));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(root: ""), upstream => upstream.On("/b", Compressed(compressed.ToArray(), coding)));

        (await pipe.GetAsync("/x")).IsError("");
    }

    [Theory, Spec("MAN-071", "MAN-008")]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public async Task A_cut_or_damaged_stream_is_a_failure(double kept)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", """ "encoding":"string" """, """ "encoding":"string","mapping":{"content":"damaged"} """, ""),
            upstream => upstream
                .On("/b0", Compressed(s_gzip[..(int)(s_gzip.Length * kept)]))
                .On("/b1", Compressed([.. s_gzip[..12], 0xFF, 0xFF, 0xFF, .. s_gzip[15..]]))
                .Answer("/b2", """{"ok":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"ok":1}""", completed: false);
    }

    [Fact, Spec("MAN-071")]
    public async Task A_bomb_is_refused()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(""" "encoding":"string" """, root: ""), upstream => upstream.On("/b", Compressed(Gzip(new byte[8 << 20]))),
            new TestGatewayOptions { Limits = new() { DecodedResponse = 1 << 20 } });

        (await pipe.GetAsync("/x")).IsError("");
    }

    [Fact, Spec("MAN-071", "MAN-096")]
    public async Task The_body_of_an_error_is_inflated_too()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(""" "extra_config":{"backend/http":{"return_error_details":"b"}} """, Forwarded),
            upstream => upstream.On("/b", Compressed(Gzip("not found\n"u8.ToArray()), status: 404)));

        (await pipe.GetAsync("/x", Accepting("gzip"))).IsData(
            """{"error_b":{"http_body":"not found\n","http_body_encoding":"application/json","http_status_code":404}}""", completed: false);
    }

    [Fact, Spec("MAN-269")]
    public async Task A_no_op_pipe_inflates_what_the_gateway_itself_asked_for()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "output_encoding":"no-op" """), static upstream => upstream.On("/b", Compressed(s_gzip)));

        var answer = await pipe.GetAsync("/x", Accepting("gzip"));

        Assert.Equal("gzip", pipe.Upstream.Received.Single().Header("Accept-Encoding"));
        Assert.Equal(Document, answer.Body);
        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Equal("application/json", answer.ContentType);
        Assert.Null(answer.Header("Content-Length"));
    }

    [Fact, Spec("MAN-071")]
    public async Task A_no_op_pipe_passes_what_the_client_asked_for_untouched()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "output_encoding":"no-op","input_headers":["Accept-Encoding"] """), static upstream => upstream.On("/b", Compressed(s_gzip)));

        var answer = await pipe.GetAsync("/x", Accepting("gzip"));

        Assert.Equal(s_gzip, answer.Bytes);
        Assert.Equal("gzip", answer.Header("Content-Encoding"));
        Assert.Equal(s_gzip.Length, answer.ContentHeaders.ContentLength);
    }

    [Fact, Spec("MAN-071")]
    public async Task A_no_op_pipe_passes_other_codings_untouched()
    {
        byte[] body = [1, 2, 3];
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "output_encoding":"no-op" """), upstream => upstream.On("/b", Compressed(body, "br")));

        var answer = await pipe.GetAsync("/x");

        Assert.Equal(body, answer.Bytes);
        Assert.Equal("br", answer.Header("Content-Encoding"));
    }

    private static (string, string)[] Accepting(string? coding) => coding is null ? [] : [("Accept-Encoding", coding)];

    private static Func<HttpContext, Task> Compressed(byte[] body, string coding = "gzip", int status = 200) =>
        DataPipe.Bytes(body, status, contentEncoding: coding);

    private static byte[] Gzip(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var stream = new GZipStream(compressed, CompressionLevel.SmallestSize))
            stream.Write(body);
        return compressed.ToArray();
    }
}
