using System.Text;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>What stands behind a component: gives prepared answers, a fresh one to each call, and records the requests. Thread-safe.</summary>
public sealed class TestNext
{
    private readonly Func<ProxyRequest, CancellationToken, ValueTask<ProxyResult>> _answer;
    private readonly Lock _recording = new();
    private readonly List<ProxyRequest> _requests = [];

    private TestNext(Func<ProxyRequest, CancellationToken, ValueTask<ProxyResult>> answer) => _answer = answer;

    /// <summary>The requests as they arrived, in their order; later changes do not show.</summary>
    public IReadOnlyList<ProxyRequest> Requests
    {
        get
        {
            lock (_recording)
                return [.. _requests];
        }
    }

    /// <summary>Answers with data.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="isComplete">Whether every part is there.</param>
    public static TestNext Data(string json, bool isComplete = true)
    {
        TestPayload.Tree(json);
        return new((_, _) => new(new ProxyResponse { Data = TestPayload.Of(json), IsComplete = isComplete, StatusCode = 200 }));
    }

    /// <summary>Answers with a raw HTTP answer, as a <c>no-op</c> backend and the HTTP client do.</summary>
    public static TestNext Raw(int statusCode, string body = "", params (string Name, string Value)[] headers) =>
        new((_, _) => new(new ProxyResponse { Raw = TestResults.RawAnswer(statusCode, body, headers), IsComplete = true, StatusCode = statusCode }));

    /// <summary>Fails.</summary>
    public static TestNext Fails(GatewayError error) => new((_, _) => new((ProxyResult)error));

    /// <summary>Answers as a function says.</summary>
    public static TestNext Calls(Func<ProxyRequest, CancellationToken, ValueTask<ProxyResult>> answer) => new(answer);

    /// <summary>Handles a call; a <see cref="ProxyHandler"/>.</summary>
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_recording)
            _requests.Add(request.Fork());
        return _answer(request, cancellationToken);
    }

    /// <summary>Handles a raw call; a <see cref="ClientHandler"/>. For answers that are raw or failures.</summary>
    public async ValueTask<ClientResult> CallAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var result = await InvokeAsync(request, cancellationToken).ConfigureAwait(false);
        if (result.Error is { } error)
            return error;
        return result.Response?.Raw ?? throw new InvalidOperationException("this answer holds data; a client component gets TestNext.Raw");
    }
}
