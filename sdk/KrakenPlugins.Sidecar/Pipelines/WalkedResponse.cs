using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>The outcome of an attempt at proxy, backend and modifiers, as it came.</summary>
internal sealed class WalkedResponse
{
    private readonly NameValueList? _headers;
    private readonly Payload? _data;
    private readonly bool _hasBody;

    /// <summary>Makes the SDK's form of a response.</summary>
    /// <param name="attempt">Number of the attempt; 0 for the response of a modifier.</param>
    /// <param name="response">The response.</param>
    /// <param name="data">Its data, read to the end.</param>
    /// <param name="raw">Its raw answer where it is no data.</param>
    public WalkedResponse(uint attempt, Response response, ReadOnlyMemory<byte> data, AttemptResponse? raw)
    {
        Attempt = attempt;
        Message = response;
        Error = response.Failure is null ? null : Failures.ToError(response.Failure);
        if (Error is not null && !response.IsData && response.Body is null && response.Status == 0)
            return;
        _hasBody = response.Body is not null;
        _data = data.IsEmpty || data.Span.SequenceEqual("null"u8) ? null : new JsonPayload(data);
        if (response.IsData && response.Headers.Count > 0)
            _headers = HeaderLists.Read(response.Headers);
        Response = new ProxyResponse
        {
            Data = _data,
            IsComplete = response.IsComplete,
            StatusCode = (int)response.Status,
            Headers = _headers?.Fork(),
            Raw = response.IsFinal ? null : raw,
            Final = response.IsFinal ? raw : null,
        };
    }

    /// <summary>Number of the attempt.</summary>
    public uint Attempt { get; }

    /// <summary>As it came.</summary>
    public Response Message { get; }

    /// <summary>For the component; <see langword="null"/> for a failure alone.</summary>
    public ProxyResponse? Response { get; }

    /// <summary>What went wrong, or <see langword="null"/>.</summary>
    public GatewayError? Error { get; }

    /// <summary>Notes what changed of data: status, headers, completeness, and the data where somebody asked for its tree or replaced it.</summary>
    /// <param name="change">Where it is noted.</param>
    /// <param name="dataOf">Writes data.</param>
    public void WriteDataChanges(ResponseChange change, Func<Payload?, Body> dataOf)
    {
        var now = Response!;
        if (now.StatusCode != (int)Message.Status)
            change.Status = (uint)now.StatusCode;
        if (now.IsComplete != Message.IsComplete)
            change.IsComplete = now.IsComplete;
        if (!ReferenceEquals(now.Headers, _headers))
            HeaderLists.WriteChanges(_headers ?? new NameValueList(ignoreCase: true), now.Headers ?? new NameValueList(ignoreCase: true), change.Headers);
        if (ReferenceEquals(now.Data, _data) && _data is not { HasTree: true })
            return;
        var body = dataOf(now.Data);
        // Looked at and left as it was.
        if (_hasBody && body.HasWhole && body.Whole.Equals(Message.Body.Whole))
            return;
        change.Body = body;
        change.IsData = true;
    }
}
