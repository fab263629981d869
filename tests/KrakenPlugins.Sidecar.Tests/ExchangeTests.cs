using System.Text;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sidecar.Tests;

public sealed class ExchangeTests
{
    private static Task<Peer> StartAsync(Func<HttpContext, RequestDelegate, Task> run, Func<IEndpointContext, bool>? look = null) =>
        Peer.StartAsync(registry => registry.Endpoint("acme/e", EndpointStages.Scripts, (_, context, _) =>
        {
            look?.Invoke(context);
            return AdHoc.Http(run);
        }));

    [Fact]
    [Spec("GRP-210")]
    public async Task A_request_is_seen_and_nothing_crosses_that_did_not_change()
    {
        string? seen = null;
        IEndpointContext? place = null;
        await using var peer = await StartAsync(async (context, next) =>
        {
            var request = context.Request;
            seen = $"{request.Method} {request.Path.Value} {request.Query["a"]} {request.Scheme} {request.Host} {request.Headers["X-A"]} {context.Connection.RemoteIpAddress} {place!.ClientAddress(context)} {place.PathParameter(context, "id")} {context.Features.Get<IClaims>()!.GetText("sub")}";
            await next(context);
            seen += $" -> {context.Response.StatusCode} {context.Response.Headers["X-B"]}";
        }, context => (place = context) is not null);
        var start = new CallStart
        {
            Request = new RequestHead
            {
                Method = "POST", Target = "/e/7%20x?a=1", Scheme = "https", Authority = "gw.example:8443", ClientAddress = "192.0.2.7",
                Headers = { new Header { Name = "X-A", Value = "1" }, new Header { Name = "X-A", Value = "2" } }, Parameters = { new Parameter { Name = "Id", Value = "7 x" } },
            },
            RequestBody = new Body { StreamId = 1, Length = 10 },
            ClaimsJson = ByteString.CopyFromUtf8("""{"sub":"me"}"""),
        };

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"), start);
        var proceed = await call.ProceedAsync();
        await call.ResultAsync(1, new Response { Status = 201, Headers = { new Header { Name = "X-B", Value = "b" } }, Body = new Body { StreamId = 2 } });
        var finish = await call.FinishAsync();

        Assert.Equal("POST /e/7 x 1 https gw.example:8443 1,2 192.0.2.7 192.0.2.7 7 x me -> 201 b", seen);
        Assert.Equal(new Proceed { Attempt = 1 }, proceed);
        Assert.Equal(new Finish { Change = new ResponseChange { Attempt = 1 } }, finish);
    }

    [Fact]
    [Spec("GRP-210", "GRP-211")]
    public async Task Changes_of_both_heads_go_on()
    {
        await using var peer = await StartAsync(static async (context, next) =>
        {
            context.Request.Method = "PUT";
            context.Request.Path = "/other path";
            context.Request.Headers.Remove("X-A");
            context.Request.Headers["X-C"] = new(["1", "2"]);
            context.Features.Set<IClaims>(new Claims());
            context.Response.Headers["X-Before"] = "b";
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Status"] = $"{context.Response.StatusCode}{context.Response.Headers["X-Order"]}";
                return Task.CompletedTask;
            });
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Order"] = "!";
                return Task.CompletedTask;
            });
            await next(context);
            context.Response.StatusCode = 418;
            context.Response.Headers.Remove("X-B");
        });
        var start = new CallStart { Request = new RequestHead { Method = "GET", Target = "/e/7?a=1", Headers = { new Header { Name = "X-A", Value = "1" } } } };

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"), start);
        var proceed = await call.ProceedAsync();
        await call.ResultAsync(1, new Response { Status = 200, Headers = { new Header { Name = "X-B", Value = "b" }, new Header { Name = "X-Before", Value = "b" } } });
        var finish = await call.FinishAsync();

        Assert.Equal(("PUT", "/other%20path?a=1", "{ \"sub\": \"you\" }"), (proceed.Change.Method, proceed.Change.Target, proceed.Change.ClaimsJson.ToStringUtf8().Replace(":", ": ").Replace("{", "{ ").Replace("}", " }")));
        Assert.Equal(["X-A Remove ", "X-C Set 1", "X-C Add 2"], proceed.Change.Headers.Select(static h => $"{h.Name} {h.Operation} {h.Value}"));
        Assert.Equal(["X-Before Set b"], proceed.ResponseHeaders.Select(static h => $"{h.Name} {h.Operation} {h.Value}"));
        Assert.Equal(418u, finish.Change.Status);
        Assert.Equal(["X-B Remove ", "X-Order Set !", "X-Status Set 418!"], finish.Change.Headers.Select(static h => $"{h.Name} {h.Operation} {h.Value}"));
        Assert.Null(finish.Change.Body);
    }

    [Fact]
    [Spec("GRP-210")]
    public async Task A_body_is_asked_for_when_it_is_read_and_goes_on_as_it_was_left()
    {
        await using var peer = await StartAsync(static async (context, next) =>
        {
            using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
            var text = await reader.ReadToEndAsync();
            context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(text.ToUpperInvariant()));
            await next(context);
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"), new CallStart { RequestBody = new Body { StreamId = 1 } });
        Assert.Equal(256u << 10, await call.CreditAsync(1));
        await call.ChunkAsync(1, "hello ");
        await call.ChunkAsync(1, "world", isLast: true);
        var proceed = await call.ProceedAsync();

        Assert.Equal("HELLO WORLD", proceed.Change.Body.Whole.ToStringUtf8());
    }

    [Fact]
    [Spec("GRP-210")]
    public async Task What_is_left_of_a_body_that_was_begun_goes_on_in_chunks()
    {
        await using var peer = await StartAsync(static async (context, next) =>
        {
            var first = new byte[6];
            await context.Request.Body.ReadExactlyAsync(first);
            await next(context);
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"), new CallStart { RequestBody = new Body { StreamId = 1 } });
        await call.CreditAsync(1);
        await call.ChunkAsync(1, "hello world", isLast: true);
        var proceed = await call.ProceedAsync();
        var rest = await call.ReadAsync(proceed.Change.Body);
        await call.ResultAsync(1, new Response { Status = 204 });
        var finish = await call.FinishAsync();

        Assert.Equal("world", rest);
        Assert.Equal(1u, finish.Change.Attempt);
    }

    [Fact]
    [Spec("GRP-211")]
    public async Task A_small_answer_leaves_in_one_message_and_a_flushed_one_in_chunks()
    {
        await using var peer = await StartAsync(static async (context, _) =>
        {
            context.Response.StatusCode = 403;
            context.Response.Headers["X-Why"] = "because";
            await context.Response.Body.WriteAsync("no"u8.ToArray());
            if (context.Request.Query.ContainsKey("flush"))
                await context.Response.WriteAsync(", never");
        });
        var place = await peer.BuildAsync(Layer.Endpoint, "acme/e");

        var whole = await (await peer.CallAsync(place)).FinishAsync();
        var call = await peer.CallAsync(place, new CallStart { Request = new RequestHead { Method = "GET", Target = "/e?flush" } });
        var flushed = await call.FinishAsync();
        var text = await call.ReadAsync(flushed.Response.Body);

        Assert.Equal((403u, "no", "X-Why"), (whole.Response.Status, whole.Response.Body.Whole.ToStringUtf8(), whole.Response.Headers.Single().Name));
        Assert.Equal((403u, "no, never"), (flushed.Response.Status, text));
    }

    [Fact]
    [Spec("GRP-211")]
    public async Task A_large_answer_waits_for_credit()
    {
        const int size = 3 << 20;
        await using var peer = await StartAsync(static async (context, _) =>
        {
            var block = Encoding.ASCII.GetBytes(new string('x', 100_000));
            for (var left = size; left > 0; left -= block.Length)
                await context.Response.Body.WriteAsync(block.AsMemory(0, Math.Min(left, block.Length)));
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"));
        var finish = await call.FinishAsync();
        var received = 0;
        while (received < 256 << 10)
            received += (await call.NextAsync()).Chunk.Data.Length;
        var silent = call.IsSilent;
        await call.SendAsync(new GatewayFrame { Credit = new Credit { StreamId = finish.Response.Body.StreamId, Bytes = size } });
        PluginFrame frame;
        do
        {
            frame = await call.NextAsync();
            Assert.True(frame.Chunk.Data.Length <= 64 << 10);
            received += frame.Chunk.Data.Length;
        }
        while (!frame.Chunk.IsLast);

        Assert.True(silent);
        Assert.Equal(size, received);
    }

    [Fact]
    [Spec("GRP-211")]
    public async Task Who_puts_a_stream_in_the_answers_place_gets_the_body_and_replaces_it()
    {
        await using var peer = await StartAsync(static async (context, next) =>
        {
            var original = context.Response.Body;
            using var caught = new MemoryStream();
            context.Response.Body = caught;
            await next(context);
            context.Response.Body = original;
            await original.WriteAsync(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(caught.ToArray()).ToUpperInvariant()));
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"));
        await call.ProceedAsync();
        await call.ResultAsync(1, new Response { Status = 200, Headers = { new Header { Name = "Content-Encoding", Value = "x" } }, Body = new Body { StreamId = 2 } });
        await call.CreditAsync(2);
        await call.ChunkAsync(2, "body", isLast: true);
        var finish = await call.FinishAsync();

        Assert.Equal("BODY", finish.Change.Body.Whole.ToStringUtf8());
        Assert.Equal(new HeaderChange { Name = "Content-Encoding", Operation = HeaderOperation.Set, Value = "x" }, finish.Change.Headers.Single());
    }

    [Fact]
    [Spec("GRP-211")]
    public async Task What_is_written_behind_the_answer_comes_behind_its_body()
    {
        await using var peer = await StartAsync(static async (context, next) =>
        {
            await next(context);
            await context.Response.Body.WriteAsync(" and more"u8.ToArray());
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"));
        await call.ProceedAsync();
        await call.ResultAsync(1, new Response { Status = 200, Body = new Body { StreamId = 2 } });
        var finish = await call.FinishAsync();
        await call.CreditAsync(2);
        await call.ChunkAsync(2, "body", isLast: true);

        Assert.Equal("body and more", await call.ReadAsync(finish.Change.Body));
    }

    [Fact]
    [Spec("GRP-205")]
    public async Task A_component_that_needs_nothing_of_an_answer_goes_on_for_the_last_time()
    {
        var hasEnded = new TaskCompletionSource();
        var options = new PluginProcessOptions { Id = "a", Version = "1.0.0", Needs = [new(Layer.Endpoint, "acme/e", new Needs { RequestHead = true })] };
        await using var peer = await Peer.StartAsync(registry => registry.Endpoint("acme/e", EndpointStages.Scripts, (_, _, _) => AdHoc.Http(async (context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Late"] = "l";
                return Task.CompletedTask;
            });
            await next(context);
            hasEnded.SetResult();
        })), options);

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Endpoint, "acme/e"));
        var proceed = await call.ProceedAsync();
        await hasEnded.Task.InTime();

        Assert.True(proceed.IsLast);
        Assert.Equal("X-Late", proceed.ResponseHeaders.Single().Name);
        Assert.True(call.IsSilent);
    }

    private sealed class Claims : IClaims
    {
        public DataObject Tree { get; } = new() { ["sub"] = new DataString("you") };

        public string? GetText(string name) => ((DataString?)Tree[name])?.Value;
    }
}
