using System.IO.Pipelines;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

public sealed class HeaderModifierTests
{
    [Fact]
    [Spec("MAN-145", "MAN-147")]
    public async Task Setting_a_header_replaces_all_its_values_and_writes_the_canonical_name()
    {
        var sent = await Rig.SentAsync("""{"header.Modifier":{"scope":["request"],"name":"x-some-THING","value":"new"}}""", static r =>
        {
            r.Headers.Add("X-Some-Thing", "a");
            r.Headers.Add("X-Some-Thing", "b");
        });

        Assert.Equal([new("X-Some-Thing", "new")], sent.Headers.Items.ToArray());
    }

    [Fact]
    public async Task Setting_a_header_of_the_answer_leaves_the_backends_own_list_alone()
    {
        var backend = new FakeResponse(headers: ("x-a", "old"));

        var answer = await Rig.AnswerAsync("""{"header.Modifier":{"scope":["response"],"name":"X-A","value":"new"}}""", backend);

        Assert.Equal("new", answer.Headers.All("X-A"));
        Assert.Equal("old", backend.Headers.All("X-A"));
        Assert.Equal("""{"a":1}""", await answer.TextAsync());
    }

    [Fact]
    public async Task An_answer_that_no_modifier_touches_is_handed_on_as_it_is()
    {
        var backend = new FakeResponse();

        var answer = await Rig.AnswerAsync("""{"header.Blacklist":{"scope":["response"],"names":["X-Absent"]}}""", backend);

        Assert.Same(backend, answer);
    }

    [Theory]
    [InlineData("X-Some", "a", "a|I am")]
    [InlineData("X-Some", null, "I am")]
    [InlineData("User-Agent", "a", "a")]
    [InlineData("accept-encoding", "br", "br")]
    [InlineData("X-Forwarded-For", "1.2.3.4", "1.2.3.4")]
    [InlineData("X-Forwarded-Host", "h", "h")]
    [InlineData("X-Forwarded-Host", null, "I am")]
    [Spec("MAN-148")]
    public async Task Appending_adds_a_value_where_the_header_takes_several(string name, string? existing, string expected)
    {
        var sent = await Rig.SentAsync($$$"""{"header.Append":{"scope":["request"],"name":"{{{name}}}","value":"I am"}}""", r =>
        {
            if (existing is not null)
                r.Headers.Add(name, existing);
        });

        Assert.Equal(expected, sent.Headers.All(name));
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("Content-Length")]
    [Spec("MAN-144", "MAN-148")]
    public async Task Appending_to_the_host_or_length_that_is_set_fails_the_call(string name)
    {
        var outcome = await Rig.Of($$$"""{"header.Append":{"scope":["request"],"name":"{{{name}}}","value":"7"}}""")
            .RunAsync(static r => r.Body = RequestBody.Of("1234567"u8.ToArray()));

        Assert.Equal($"the header \"{name}\" is set already and takes a single value", outcome.Error);
        Assert.Equal(0, outcome.Calls);
    }

    [Fact]
    [Spec("MAN-144")]
    public async Task A_failure_in_the_response_phase_lets_go_of_the_answer()
    {
        var backend = new FakeResponse();

        var outcome = await Rig.Of("""{"header.Append":{"scope":["response"],"name":"Content-Length","value":"7"}}""").RunAsync(response: backend);

        Assert.NotNull(outcome.Error);
        Assert.Null(outcome.Response);
        Assert.True(backend.IsDisposed);
        Assert.Equal(1, outcome.Calls);
    }

    [Fact]
    [Spec("MAN-149")]
    public async Task Removed_headers_are_gone_and_the_gateways_own_defaults_are_suppressed()
    {
        var sent = await Rig.SentAsync("""{"header.Blacklist":{"scope":["request"],"names":["x-some","User-Agent","Accept-Encoding","X-Forwarded-For"]}}""", static r =>
        {
            r.Headers.Add("X-Some", "a");
            r.Headers.Add("X-Some", "b");
            r.Headers.Add("User-Agent", "KrakenD");
            r.Headers.Add("X-Forwarded-For", "1.2.3.4");
        });

        // Empty, these two tell the transport to send none.
        Assert.Equal([new("User-Agent", ""), new("Accept-Encoding", "")], sent.Headers.Items.ToArray());
    }

    [Theory]
    [InlineData("""{"header.Modifier":{"scope":["request"],"name":"X-New","value":"v"}}""")]
    [InlineData("""{"header.Append":{"scope":["request"],"name":"User-Agent","value":"v"}}""")]
    public async Task A_removed_user_agent_counts_as_absent_for_those_behind(string then)
    {
        var json = $$$"""{"fifo.Group":{"modifiers":[{"header.Blacklist":{"scope":["request"],"names":["User-Agent"]}},{"header.Filter":{"scope":["request"],"name":"User-Agent","modifier":{"header.Modifier":{"name":"X-Wrong","value":"1"}},"else":{{{then}}}}}]}}""";

        var sent = await Rig.SentAsync(json, static r => r.Headers.Add("User-Agent", "KrakenD"));

        Assert.Null(sent.Headers.Get("X-Wrong"));
        Assert.True(sent.Headers.Get("X-New") == "v" || sent.Headers.Get("User-Agent") == "v");
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData(null, "")]
    [Spec("MAN-150")]
    public async Task Copying_takes_the_first_value_and_an_absent_one_is_empty(string? source, string expected)
    {
        var sent = await Rig.SentAsync("""{"header.Copy":{"scope":["request"],"from":"X-From","to":"X-To"}}""", r =>
        {
            r.Headers.Add("X-To", "old");
            if (source is null)
                return;
            r.Headers.Add("X-From", source);
            r.Headers.Add("X-From", "second");
        });

        Assert.Equal(expected, sent.Headers.All("X-To"));
    }

    [Fact]
    [Spec("MAN-150")]
    public async Task Copying_in_the_response_phase_copies_headers_of_the_answer()
    {
        var answer = await Rig.AnswerAsync("""{"header.Copy":{"scope":["response"],"from":"X-From","to":"X-To"}}""", new FakeResponse(headers: ("x-from", "backend")), static r => r.Headers.Add("X-From", "client"));

        Assert.Equal("backend", answer.Headers.All("X-To"));
    }

    [Fact]
    [Spec("MAN-151")]
    public async Task An_identifier_is_a_new_version_4_uuid_each_time()
    {
        var rig = Rig.Of("""{"header.Id":{"scope":["request"]}}""");

        var first = (await rig.RunAsync()).Request.Headers.Get("X-Krakend-Id");
        var second = (await rig.RunAsync()).Request.Headers.Get("X-Krakend-Id");

        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", first);
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("given", true)]
    [InlineData("", false)]
    [Spec("MAN-151")]
    public async Task An_identifier_that_is_there_stays(string existing, bool stays)
    {
        var sent = await Rig.SentAsync("""{"header.Id":{"header":"X-Request-Id"}}""", r => r.Headers.Add("X-Request-Id", existing));

        Assert.Equal(stays, sent.Headers.Get("X-Request-Id") == existing);
    }

    [Fact]
    [Spec("MAN-145")]
    public async Task The_host_header_is_the_property_behind_it()
    {
        var sent = await Rig.SentAsync("""
            {"fifo.Group":{"scope":["request"],"modifiers":[
            {"header.Copy":{"from":"Host","to":"X-Before"}},
            {"header.Modifier":{"name":"HOST","value":"virtual:81"}},
            {"header.Copy":{"from":"host","to":"X-After"}}]}}
            """);

        Assert.Equal(("virtual:81", "up:8080", "virtual:81"), (sent.HostHeader, sent.Headers.Get("X-Before"), sent.Headers.Get("X-After")));
        Assert.Null(sent.Headers.Get("Host"));
    }

    [Fact]
    public async Task A_removed_host_header_is_the_address_again()
    {
        var sent = await Rig.SentAsync("""{"header.Blacklist":{"scope":["request"],"names":["host"]}}""", static r => r.HostHeader = "virtual");

        Assert.Null(sent.HostHeader);
    }

    [Theory]
    [InlineData("evil/../x")]
    [InlineData("a b")]
    [InlineData("user@host")]
    public async Task A_host_that_is_none_fails_the_call(string value)
    {
        var outcome = await Rig.Of("""{"header.Copy":{"scope":["request"],"from":"X-Host","to":"Host"}}""").RunAsync(r => r.Headers.Add("X-Host", value));

        Assert.Equal("the value for the header \"Host\" is no host with an optional port", outcome.Error);
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task A_copied_value_with_control_characters_fails_the_call(string value)
    {
        var request = await Rig.Of("""{"header.Copy":{"scope":["request"],"from":"X-A","to":"X-B"}}""").RunAsync(r => r.Headers.Add("X-A", value));
        var response = await Rig.Of("""{"header.Copy":{"scope":["response"],"from":"X-A","to":"X-B"}}""").RunAsync(response: new FakeResponse(headers: ("X-A", value)));

        const string Error = "the value for the header \"X-B\" holds a control character";
        Assert.Equal((Error, Error), (request.Error, response.Error));
    }

    [Theory]
    [InlineData("abc", "Content-Length \"abc\" is no number of bytes")]
    [InlineData("-1", "Content-Length \"-1\" is no number of bytes")]
    [InlineData("3", "Content-Length 3 contradicts the 7 bytes of the body")]
    [InlineData("7", null)]
    [Spec("MAN-145")]
    public async Task A_length_must_be_a_number_and_true(string value, string? error)
    {
        var request = await Rig.Of($$$"""{"header.Modifier":{"scope":["request"],"name":"Content-Length","value":"{{{value}}}"}}""")
            .RunAsync(static r => r.Body = RequestBody.Of("1234567"u8.ToArray()));
        var response = await Rig.Of($$$"""{"header.Modifier":{"scope":["response"],"name":"Content-Length","value":"{{{value}}}"}}""").RunAsync();

        Assert.Equal((error, error), (request.Error, response.Error));
        Assert.Null(request.Request.Headers.Get("Content-Length"));
    }

    [Fact]
    public async Task A_length_for_a_body_of_unknown_length_is_announced()
    {
        var pipe = new Pipe();

        var sent = await Rig.SentAsync("""{"header.Modifier":{"scope":["request"],"name":"Content-Length","value":"12"}}""", r => r.Body = RequestBody.Streaming(pipe.Reader, null, 100));

        Assert.Equal((12L, false), (sent.Body.Length, sent.Body.IsBuffered));
    }

    [Theory]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "close")]
    [InlineData("Upgrade", "h2c")]
    public async Task Hop_by_hop_headers_cannot_be_set_on_answers(string name, string value)
    {
        var backend = new FakeResponse();

        var answer = await Rig.AnswerAsync($$$"""{"header.Modifier":{"scope":["response"],"name":"{{{name}}}","value":"{{{value}}}"}}""", backend);

        Assert.Same(backend, answer);
    }

    [Fact]
    public async Task The_framing_of_a_request_can_be_read_and_not_set()
    {
        var pipe = new Pipe();

        var sent = await Rig.SentAsync("""
            {"fifo.Group":{"scope":["request"],"modifiers":[
            {"header.Modifier":{"name":"Transfer-Encoding","value":"identity"}},
            {"header.Filter":{"name":"Transfer-Encoding","value":"chunked","modifier":{"header.Modifier":{"name":"X-Chunked","value":"1"}}}}]}}
            """,
            r => r.Body = RequestBody.Streaming(pipe.Reader, null, 100));

        Assert.Equal([new("X-Chunked", "1")], sent.Headers.Items.ToArray());
    }
}
