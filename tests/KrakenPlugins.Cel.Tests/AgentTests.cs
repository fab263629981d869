using System.Threading.Channels;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Cel.Tests;

/// <summary>Expressions of async agents and of their backends.</summary>
public sealed class AgentTests
{
    [Theory]
    [InlineData("req_headers['Kind'][0] == 'order'", "", "order", true)]
    [InlineData("req_headers['Kind'][0] == 'order'", "", "other", false)]
    [InlineData("resp_data.id == 7", "", "order", true)]
    [InlineData("resp_data.id == 8", "", "order", false)]
    [InlineData("req_path == ''", "req_headers['Kind'][0] == 'order'", "order", true)]
    [InlineData("req_path == ''", "resp_data.id == 8", "order", false)]
    [InlineData("now != ''", "req_path == '/a' && req_method == 'GET'", "order", true)]
    [Spec("RTE-232")]
    public async Task A_refusal_makes_the_message_fail(string agent, string backend, string kind, bool isGood)
    {
        var messages = Channel.CreateUnbounded<Message>();
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":7}""");
        var plugins = new PluginRegistry();
        new CelPlugin().Register(plugins);
        plugins.Agent("async/amqp", (_, context, _) => new ChannelAgent(context, messages.Reader));
        var guard = backend.Length == 0 ? "" : $$$$$""","extra_config":{"validation/cel":{{{{{Definitions.Of(backend)}}}}}}""";
        await using var gateway = await TestGateway.StartAsync($$$$$"""
            {"version":3,"host":["$UPSTREAM"],"async_agent":[{"name":"orders","consumer":{"topic":"t"},"connection":{},
             "backend":[{"url_pattern":"/a"{{{{{guard}}}}}}],"extra_config":{"async/amqp":{},"validation/cel":{{{{{Definitions.Of(agent)}}}}}}}]}
            """, upstream.Host, new() { Plugins = plugins });

        var message = new Message(kind);
        Assert.True(messages.Writer.TryWrite(message));

        var error = await message.Done.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(isGood ? null : "request aborted by evaluator #0", error);
    }

    private sealed record Message(string Kind)
    {
        public TaskCompletionSource<string?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class ChannelAgent(IAgentContext context, ChannelReader<Message> messages) : IAgent
    {
        public async Task RunAsync(CancellationToken cancellationToken)
        {
            while (await messages.WaitToReadAsync(cancellationToken))
            {
                while (messages.TryRead(out var message))
                {
                    var headers = new NameValueList(ignoreCase: true);
                    headers.Add("Kind", message.Kind);
                    var result = await context.CallAsync(RequestBody.Empty, headers, cancellationToken);
                    result.Response?.Dispose();
                    message.Done.SetResult(result.Error?.Message);
                }
            }
        }
    }
}
