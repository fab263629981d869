using System.Text;
using System.Threading.Channels;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.FrontDoor.Contracts;

/// <summary>One message for a <see cref="ChannelAgent"/>, and what became of it.</summary>
internal sealed class Message(string body, NameValueList? headers = null)
{
    private readonly TaskCompletionSource<string> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestBody Body { get; } = RequestBody.Of(Encoding.UTF8.GetBytes(body));
    public NameValueList? Headers { get; } = headers;

    /// <summary><c>ok</c>, or the failure.</summary>
    public Task<string> Done => _done.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public void End(ProxyResult result) => _done.TrySetResult(result.Error?.Message ?? "ok");
}

/// <summary>A driver that the test feeds: workers read messages from a channel and call the agent's pipeline.</summary>
internal sealed class ChannelAgent(IAgentContext context, ChannelReader<Message> messages, Action<string> onEvent) : IAgent
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        onEvent($"{context.Name} started");
        context.Report();
        var workers = new Task[context.Workers];
        for (var i = 0; i < workers.Length; i++)
            workers[i] = WorkAsync(cancellationToken);
        await Task.WhenAll(workers);
        onEvent($"{context.Name} ended");
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            while (await messages.WaitToReadAsync(stopping))
            {
                if (!messages.TryRead(out var message))
                    continue;
                // The work in hand is finished when the agent is told to stop.
                var result = await context.CallAsync(message.Body, message.Headers, CancellationToken.None);
                result.Response?.Dispose();
                message.End(result);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // No more messages.
        }
    }
}
