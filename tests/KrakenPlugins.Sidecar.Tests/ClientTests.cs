using System.Text;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Sidecar.Tests;

public sealed class ClientTests
{
    private static readonly Response s_answer = new() { Status = 200, Headers = { new Header { Name = "X-A", Value = "a" }, new Header { Name = "Content-Type", Value = "text/plain" } }, Body = new Body { StreamId = 9, Length = 4 } };

    private static Task<Peer> StartAsync(Func<ProxyRequest, ClientHandler, CancellationToken, ValueTask<ClientResult>> run) =>
        Peer.StartAsync(registry => registry.Client("acme/c", ClientStages.Martian, (_, _, _) => AdHoc.Client(run)));

    [Fact]
    [Spec("GRP-214")]
    public async Task An_edited_answer_whose_body_is_the_backends_is_a_change_of_its_head()
    {
        await using var peer = await StartAsync(static async (request, next, token) =>
        {
            var edited = EditedResponse.Of((await next(request, token)).Response!);
            edited.SetStatus(202);
            edited.Headers.Remove("X-A");
            if (request.Method == "NEW")
                edited.ReplaceBody("new"u8.ToArray(), "text/new");
            return edited;
        });
        var place = await peer.BuildAsync(Layer.Client, "acme/c");

        var kept = await peer.CallAsync(place);
        await kept.ProceedAsync();
        await kept.ResultAsync(1, s_answer);
        var head = (await kept.FinishAsync()).Change;
        var replaced = await peer.CallAsync(place, new CallStart { Request = new RequestHead { Method = "NEW" } });
        await replaced.ProceedAsync();
        await replaced.ResultAsync(1, s_answer);
        var body = (await replaced.FinishAsync()).Change;

        Assert.Equal(new ResponseChange { Attempt = 1, Status = 202, Headers = { new HeaderChange { Name = "X-A", Operation = HeaderOperation.Remove } } }, head);
        Assert.Equal("new", body.Body.Whole.ToStringUtf8());
        Assert.Contains(body.Headers, static h => h is { Name: "Content-Type", Value: "text/new" });
    }

    [Fact]
    [Spec("GRP-214")]
    public async Task An_answer_around_the_backends_is_sent_as_it_is_read()
    {
        await using var peer = await StartAsync(static async (request, next, token) => new Upper((await next(request, token)).Response!));

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Client, "acme/c"));
        await call.ProceedAsync();
        await call.ResultAsync(1, s_answer);
        var finish = await call.FinishAsync();
        await call.CreditAsync(9);
        await call.ChunkAsync(9, "body", isLast: true);

        Assert.Equal((1u, 0u), (finish.Change.Attempt, finish.Change.Status));
        Assert.Equal("BODY", await call.ReadAsync(finish.Change.Body));
    }

    [Fact]
    [Spec("GRP-214")]
    public async Task A_body_that_breaks_off_breaks_off_for_the_gateway_too()
    {
        await using var peer = await StartAsync(static async (request, next, token) => new Upper((await next(request, token)).Response!));

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Client, "acme/c"));
        await call.ProceedAsync();
        await call.ResultAsync(1, s_answer);
        var finish = await call.FinishAsync();
        await call.CreditAsync(9);
        await call.SendAsync(new GatewayFrame { Chunk = new BodyChunk { StreamId = 9, IsBroken = true } });

        Assert.Equal("broken", await call.ReadAsync(finish.Change.Body));
    }

    [Fact]
    [Spec("GRP-214")]
    public async Task A_synthetic_answer_takes_the_place_of_any()
    {
        await using var peer = await StartAsync(static (_, _, _) => new(new SyntheticResponse("made"u8.ToArray(), 203)));

        var finish = await (await peer.CallAsync(await peer.BuildAsync(Layer.Client, "acme/c"))).FinishAsync();

        Assert.Equal((203u, "made"), (finish.Response.Status, finish.Response.Body.Whole.ToStringUtf8()));
    }

    [Fact]
    [Spec("GRP-214")]
    public async Task A_request_body_that_is_read_goes_on_and_a_retry_sends_it_again()
    {
        await using var peer = await StartAsync(static async (request, next, token) =>
        {
            await request.Body.BufferAsync(token);
            var first = await next(request, token);
            return first.Response!.StatusCode == 503 ? await next(request, token) : first;
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Client, "acme/c"), new CallStart { RequestBody = new Body { StreamId = 1, Length = 5 } });
        await call.CreditAsync(1);
        await call.ChunkAsync(1, "hello", isLast: true);
        var first = await call.ProceedAsync();
        await call.ResultAsync(1, new Response { Status = 503 });
        var second = await call.ProceedAsync();
        await call.ResultAsync(2, s_answer);
        var finish = await call.FinishAsync();

        Assert.Equal(("hello", "hello", 2u), (first.Change.Body.Whole.ToStringUtf8(), second.Change.Body.Whole.ToStringUtf8(), second.Attempt));
        Assert.Equal(new ResponseChange { Attempt = 2 }, finish.Change);
    }

    private sealed class Upper(ClientResponse inner) : DelegatingResponse(inner)
    {
        public override long? ContentLength => null;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var count = await Inner.ReadAsync(buffer, cancellationToken);
            Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(buffer.Span[..count]).ToUpperInvariant(), buffer.Span);
            return count;
        }
    }
}
