using System.IO.Compression;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>One client must neither get what is another's nor choose what others get.</summary>
public sealed class AttackTests
{
    [Theory]
    [Spec("MAN-411")]
    [InlineData("X-Forwarded-Host: evil.example")]
    [InlineData("X-Original-Url: /admin")]
    [InlineData("X-Rewrite-Url: /admin")]
    [InlineData("X-Http-Method-Override: DELETE")]
    [InlineData("X-Forwarded-Proto: http")]
    [InlineData("X-Forwarded-Ssl: on")]
    [InlineData("X-Original-Uri: /admin")]
    [InlineData("Forwarded: host=evil.example")]
    public async Task A_header_that_rewrites_requests_poisons_no_entry(string header)
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"*\"]");
        var name = header[..header.IndexOf(':', StringComparison.Ordinal)];
        rig.Backend = (context, _) => Rig.AnswerAsync(context, context.Request.Headers[name].ToString(), "max-age=60");

        var evil = await rig.BodyAsync("/e", header);
        var honest = await rig.BodyAsync("/e");

        Assert.DoesNotContain("evil.example", honest, StringComparison.Ordinal);
        Assert.True(name == "X-Forwarded-Host" || evil != honest);
    }

    [Fact]
    [Spec("MAN-411")]
    public async Task A_made_up_Host_poisons_no_entry()
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = static (context, _) => Rig.AnswerAsync(context, $"<a href=//{context.Request.Headers["X-Forwarded-Host"]}>", "max-age=60");

        Assert.Contains("evil.example", await rig.Front.SendRawAsync("GET /e HTTP/1.1", "Host: evil.example"), StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", await rig.BodyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("MAN-413")]
    public async Task A_body_of_a_GET_poisons_no_entry()
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/e","method":"POST","output_encoding":"no-op","backend":[{"url_pattern":"/b","method":"GET","encoding":"no-op","extra_config":{"qos/http-cache":{} } }]}]}
            """);
        rig.Backend = static async (context, call) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await Rig.AnswerAsync(context, $"{call}:{await reader.ReadToEndAsync()}", "max-age=60");
        };

        Assert.Equal("1:evil", await PostAsync("evil"));
        Assert.Equal("2:good", await PostAsync("good"));
        Assert.Equal("1:evil", await PostAsync("evil"));
        // What is too large to be told apart is not cached at all.
        var large = new string('x', 100_000);
        Assert.Equal($"3:{large}", await PostAsync(large));
        Assert.Equal($"4:{large}", await PostAsync(large));

        async Task<string> PostAsync(string body)
        {
            using var content = new StringContent(body);
            using var response = await rig.Front.Gateway.Client.PostAsync("/e", content);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [Spec("MAN-122")]
    [InlineData("*")]
    [InlineData("Accept, *")]
    [InlineData("A1,A2,A3,A4,A5,A6,A7,A8,A9,A10,A11,A12,A13,A14,A15,A16,A17")]
    public async Task An_answer_that_varies_by_more_than_can_be_told_is_not_stored(string vary)
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = (context, call) => Rig.AnswerAsync(context, $"{call}", "max-age=60", $"Vary: {vary}");

        await rig.GetAsync();

        Assert.Equal("2", await rig.BodyAsync());
    }

    [Fact]
    [Spec("MAN-122")]
    public async Task Headers_are_not_confused_by_what_stands_in_them()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"A\",\"B\"]");
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{context.Request.Headers["A"]}|{context.Request.Headers["B"]}", "max-age=60", "Vary: A, B");

        foreach (var (a, b) in new[] { ("1", "2"), ("1:2", ""), ("", "1:2"), ("11:b1:2", ""), ("1,2", "") })
            Assert.Equal($"{a}|{b}", await rig.BodyAsync("/e", $"A: {a}", $"B: {b}"));
    }

    [Fact]
    [Spec("MAN-122")]
    public async Task Paths_are_keyed_byte_for_byte()
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/p/{x}","output_encoding":"no-op","backend":[{"url_pattern":"/b/{x}","encoding":"no-op","extra_config":{"qos/http-cache":{} } }]}]}
            """);
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}", "max-age=60");

        var bodies = new List<string>();
        foreach (var path in new[] { "/p/a", "/p/A", "/p/a;b", "/p/a?b", "/p/a%20", "/p/a+", "/p/a." })
            bodies.Add(await rig.BodyAsync(path));

        // The query string is not let through, so the fourth is the first.
        Assert.Equal(["1", "2", "3", "1", "4", "5", "6"], bodies);
    }

    [Fact]
    [Spec("MAN-414")]
    public async Task An_encoded_body_reaches_nobody_who_cannot_read_it()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"Accept-Encoding\"]");
        rig.Backend = static async (context, call) =>
        {
            // A backend that forgets Vary.
            if (!context.Request.Headers.AcceptEncoding.ToString().Contains("deflate", StringComparison.Ordinal))
            {
                await Rig.AnswerAsync(context, $"plain {call}", "max-age=60");
                return;
            }
            using var packed = new MemoryStream();
            using (var deflate = new DeflateStream(packed, CompressionMode.Compress, leaveOpen: true))
                deflate.Write("packed"u8);
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ContentEncoding = "deflate";
            await context.Response.Body.WriteAsync(packed.ToArray());
        };

        Assert.Equal("deflate", (await rig.GetAsync("/e", "Accept-Encoding: deflate")).Header("Content-Encoding"));
        Assert.Equal("plain 2", await rig.BodyAsync("/e", "Accept-Encoding: identity"));
        Assert.Equal("deflate", (await rig.GetAsync("/e", "Accept-Encoding: deflate")).Header("Content-Encoding"));
    }

    [Fact]
    [Spec("MAN-126")]
    public async Task A_304_for_one_client_is_not_stored_for_others()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"If-None-Match\"]");
        rig.Backend = static (context, call) =>
        {
            context.Response.StatusCode = context.Request.Headers.ContainsKey("If-None-Match") ? 304 : 200;
            return Rig.AnswerAsync(context, $"{call}", "max-age=60", "ETag: \"a\"");
        };

        Assert.Equal(304, (await rig.GetAsync("/e", "If-None-Match: \"a\"")).Status);
        Assert.Equal((200, "2"), (await rig.GetAsync()) is var reply ? (reply.Status, reply.Body) : default);
    }

    [Fact]
    [Spec("MAN-427")]
    public async Task Where_a_backend_sends_on_to_is_not_stored_as_what_stands_there()
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = static (context, call) =>
        {
            if (context.Request.Path == "/maintenance")
                return Rig.AnswerAsync(context, "sorry", "max-age=86400");
            if (call > 1)
                return Rig.AnswerAsync(context, $"{call}", "max-age=60");
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "/maintenance";
            return Rig.AnswerAsync(context, "", "no-store");
        };

        Assert.Equal("sorry", await rig.BodyAsync());
        Assert.Equal("3", await rig.BodyAsync());
        Assert.Equal("3", await rig.BodyAsync());
    }

    [Theory]
    [Spec("MAN-126", "MAN-421")]
    [InlineData("Set-Cookie: session=ann", "max-age=60", "")]
    [InlineData("X-A: 1", "private, max-age=60", "")]
    [InlineData("X-A: 1", "max-age=60", "Authorization: Bearer ann")]
    public async Task What_a_confirmation_tells_one_client_reaches_no_other(string header, string cacheControl, string requestHeader)
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"Authorization\"]");
        rig.Backend = (context, call) =>
        {
            if (!context.Request.Headers.ContainsKey("If-None-Match"))
                return Rig.AnswerAsync(context, $"{call}", "max-age=10", "ETag: \"a\"");
            context.Response.StatusCode = 304;
            return Rig.AnswerAsync(context, "", cacheControl, header, $"X-Call: {call}");
        };

        await rig.GetAsync();
        rig.Day.Advance(11);
        var ann = await rig.GetAsync("/e", requestHeader.Length == 0 ? [] : [requestHeader]);
        var bob = await rig.GetAsync();

        Assert.Equal((200, "1", "2"), (ann.Status, ann.Body, ann.Header("X-Call")));
        Assert.Equal((200, "3"), (bob.Status, bob.Body));
        Assert.True(string.IsNullOrEmpty(bob.Header("Set-Cookie")));
    }

    [Fact]
    [Spec("MAN-122")]
    public async Task A_value_that_is_the_name_of_another_header_selects_no_other_answer()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"input_headers\":[\"A\",\"B\"]");
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{context.Request.Headers["A"]}|{context.Request.Headers["B"]}", "max-age=60", "Vary: A, B");

        Assert.Equal("b|x", await rig.BodyAsync("/e", "Host: a", "A: b", "B: x"));
        Assert.EndsWith("|b,x", await rig.Front.SendRawAsync("GET /e HTTP/1.1", "Host: a", "B: b", "B: x"), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("MAN-412")]
    public async Task Backends_with_other_components_never_share_answers()
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/x","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true},
                "modifier/martian":{"header.Modifier":{"scope":["request"],"name":"Authorization","value":"Basic eDp5"}} } }]},
              {"endpoint":"/y","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]}]}
            """, null, PluginFront.Folder("Martian", "martian"));
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, context.Request.Headers.Authorization.ToString(), "public, max-age=60");

        Assert.Equal("Basic eDp5", await rig.BodyAsync("/x"));
        Assert.Equal("", await rig.BodyAsync("/y"));
    }

    [Fact]
    [Spec("MAN-412")]
    public async Task Hosts_with_other_credentials_never_share_answers()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context =>
        {
            context.Response.Headers.Date = DateTimeOffset.UtcNow.ToString("r");
            return Rig.AnswerAsync(context, context.Request.Headers.Authorization.ToString(), "max-age=60");
        });
        var host = upstream.Host["http://".Length..];
        await using var rig = await Rig.StartDocumentAsync($$$"""
            {"version":3,"endpoints":[
              {"endpoint":"/x","output_encoding":"no-op","backend":[{"disable_host_sanitize":true,"host":["http://a:1@{{{host}}}"],"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]},
              {"endpoint":"/y","output_encoding":"no-op","backend":[{"disable_host_sanitize":true,"host":["http://b:2@{{{host}}}"],"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]}]}
            """);

        Assert.NotEqual(await rig.BodyAsync("/x"), await rig.BodyAsync("/y"));
    }

    [Fact]
    [Spec("MAN-413")]
    public async Task What_a_component_tells_backends_of_the_client_separates_clients()
    {
        var plugins = new Gateway.Core.Plugins.PluginRegistry();
        plugins.Endpoint("auth/api-keys", KrakenPlugins.Sdk.Plugins.EndpointStages.ApiKeys, static (_, context, _) =>
        {
            context.PropagateHeader("X-User");
            return new Passing();
        });
        await using var rig = await Rig.StartDocumentAsync(Rig.Document(endpoint: ",\"extra_config\":{\"auth/api-keys\":{}}"), new TestGatewayOptions { Plugins = plugins });
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, context.Request.Headers["X-User"].ToString(), "max-age=60");

        Assert.Equal("ann", await rig.BodyAsync("/e", "X-User: ann"));
        Assert.Equal("bob", await rig.BodyAsync("/e", "X-User: bob"));
        Assert.Equal("ann", await rig.BodyAsync("/e", "X-User: ann"));
        Assert.Equal(2, rig.Calls);
    }

    [Theory]
    [Spec("MAN-413", "AUT-053", "AUT-302")]
    [InlineData("auth/validator", """{"propagate_claims":[["sub","x-user"]]}""")]
    [InlineData("auth/client-certificate", """{"headers":{"X-User":"subject"}}""")]
    public async Task What_input_headers_lets_through_of_the_client_separates_clients(string name, string config)
    {
        var plugins = new Gateway.Core.Plugins.PluginRegistry();
        plugins.Endpoint(name, KrakenPlugins.Sdk.Plugins.EndpointStages.Authentication, static (_, _, _) => new Passing());
        var json = Rig.Document(endpoint: $$$""","input_headers":["X-User"],"extra_config":{"{{{name}}}":{{{config}}}}""");
        await using var rig = await Rig.StartDocumentAsync(json, new TestGatewayOptions { Plugins = plugins });
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, context.Request.Headers["X-User"].ToString(), "max-age=60");

        Assert.Equal("ann", await rig.BodyAsync("/e", "X-User: ann"));
        Assert.Equal("bob", await rig.BodyAsync("/e", "X-User: bob"));
        Assert.Equal(2, rig.Calls);
    }

    [Fact]
    [Spec("MAN-422")]
    public async Task Headers_of_the_configuration_tell_answers_apart()
    {
        await using var rig = await Rig.StartAsync("""{"key_headers":["x-tenant"]}""", endpoint: ",\"input_headers\":[\"X-Tenant\"]");

        Assert.Equal("""{"n":1}""", await rig.BodyAsync("/e", "X-Tenant: a"));
        Assert.Equal("""{"n":2}""", await rig.BodyAsync("/e", "X-Tenant: b"));
        Assert.Equal("""{"n":1}""", await rig.BodyAsync("/e", "X-Tenant: a"));
    }

    private sealed class Passing : KrakenPlugins.Sdk.Proxy.IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }
}
