using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>What answers a component's own calls in place of the network. Calls fail until <see cref="Answer"/> says otherwise. Thread-safe.</summary>
public sealed class TestOutgoing : IOutgoingCalls
{
    private readonly Lock _recording = new();
    private readonly List<OutgoingCall> _calls = [];

    /// <summary>Answers a call.</summary>
    public Func<OutgoingCall, CancellationToken, ValueTask<OutgoingResult>> Answer { get; set; } =
        static (call, _) => new(new GatewayError(GatewayErrorKind.Connection, $"the test answers no call to {call.Address}"));

    /// <summary>The calls in their order.</summary>
    public IReadOnlyList<OutgoingCall> Calls
    {
        get
        {
            lock (_recording)
                return [.. _calls];
        }
    }

    /// <summary>An answer with a body of text.</summary>
    public static OutgoingAnswer Text(int statusCode, string body, string contentType = "application/json")
    {
        var headers = new NameValueList(ignoreCase: true);
        headers.Add("Content-Type", contentType);
        return new(statusCode, headers, System.Text.Encoding.UTF8.GetBytes(body));
    }

    /// <inheritdoc/>
    public ValueTask<OutgoingResult> SendAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        lock (_recording)
            _calls.Add(call);
        return Answer(call, cancellationToken);
    }
}
