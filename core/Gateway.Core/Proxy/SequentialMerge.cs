using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Json;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>
/// Calls the backends of an endpoint one after the other within 85 % of its time (RTE-151 to 172); values of earlier answers
/// become parameters of later requests.
/// </summary>
internal sealed class SequentialMerge
{
    private readonly ProxyHandler[] _backends;
    private readonly ResponseReference[][] _references;
    private readonly TimeSpan _budget;
    private readonly int _maxBody;

    /// <param name="backends">Pipelines in list order.</param>
    /// <param name="configs">Their configurations, in the same order.</param>
    /// <param name="propagated"><c>sequential_propagated_params</c>.</param>
    /// <param name="timeout">The endpoint's time.</param>
    /// <param name="maxBody">Bytes of a raw body that becomes a parameter.</param>
    public SequentialMerge(ProxyHandler[] backends, IReadOnlyList<BackendConfig> configs, IReadOnlyList<string> propagated, TimeSpan timeout, int maxBody)
    {
        _backends = backends;
        _budget = timeout * TimeBudget.Merge;
        _maxBody = maxBody;
        var names = configs.SelectMany(static c => c.UrlPattern.Parts).Where(static p => p.Kind == UrlPartKind.Response).Select(static p => p.Text)
            .Concat(propagated).Distinct(StringComparer.Ordinal);
        var references = names.Select(ResponseReference.TryParse).OfType<ResponseReference>().ToLookup(static r => r.Backend);
        _references = [.. Enumerable.Range(0, backends.Length).Select(i => references[i].ToArray())];
    }

    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var deadline = Deadline.Start(_budget, cancellationToken);
        var arrived = new ProxyResult[_backends.Length];
        var count = 0;
        try
        {
            while (count < _backends.Length)
            {
                var result = await CallAsync(count, request, deadline.Token).ConfigureAwait(false);
                arrived[count++] = result;
                if (result.Error is not null && count == 1 && result.Response is null)
                    return result.Error;
                if (result.Error is not null || result.Response is not { } response || !(response.IsComplete || response.Raw is not null))
                    break;
                if (count < _backends.Length && await PropagateAsync(count - 1, response, request, deadline.Token).ConfigureAwait(false) is { } unread)
                {
                    if (count == 1)
                        return unread;
                    arrived[count - 1] = result with { Error = unread };
                    break;
                }
            }
            var reached = count;
            count = 0;
            var merged = MergeOperation.Fold(arrived.AsSpan(0, reached), reached);
            if (reached < _backends.Length && merged.Response is { } partial)
                partial.IsComplete = false;
            return merged;
        }
        finally
        {
            for (var i = 0; i < count; i++)
                arrived[i].Response?.Dispose();
            deadline.Return();
        }
    }

    private async ValueTask<ProxyResult> CallAsync(int index, ProxyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _backends[index](request.Fork(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return PipelineFault.Of(exception);
        }
    }

    /// <summary>Takes what later steps refer to; a raw body that cannot be read is a failure of its step.</summary>
    private async ValueTask<GatewayError?> PropagateAsync(int index, ProxyResponse response, ProxyRequest request, CancellationToken cancellationToken)
    {
        foreach (var reference in _references[index])
        {
            if (reference.Path is null)
            {
                if (response.Raw is not { } raw)
                    continue;
                try
                {
                    using var body = await raw.ReadAllAsync(_maxBody, cancellationToken).ConfigureAwait(false);
                    request.Parameters.Set(reference.ParameterName, Encoding.UTF8.GetString(body.Span));
                }
                catch (IOException exception)
                {
                    return new GatewayError(GatewayErrorKind.Payload, exception.Message, exception: exception);
                }
                catch (OperationCanceledException exception)
                {
                    return PipelineFault.Of(exception);
                }
            }
            else if (response.Data is { } data && JsonLookup.TryGetText(data, reference.Path, out var text))
            {
                request.Parameters.Set(reference.ParameterName, text);
            }
        }
        return null;
    }
}

/// <summary>A reference to an earlier answer: <c>resp0_user.id</c>, or <c>resp0</c> for its raw body.</summary>
/// <param name="Backend">Position of the backend among the regular ones, from 0.</param>
/// <param name="Path">Keys from the root; <see langword="null"/> for the raw body.</param>
/// <param name="ParameterName">Name of the request parameter: <c>Resp0_user.id</c> (RTE-166).</param>
internal sealed record ResponseReference(int Backend, JsonPath? Path, string ParameterName)
{
    /// <summary>Parses a reference; <see langword="null"/> when it is none.</summary>
    public static ResponseReference? TryParse(string text)
    {
        if (!text.StartsWith("resp", StringComparison.Ordinal))
            return null;
        var underscore = text.IndexOf('_', StringComparison.Ordinal);
        var digits = underscore < 0 ? text.AsSpan(4) : text.AsSpan(4, underscore - 4);
        if (!int.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var backend))
            return null;
        var path = underscore < 0 ? null : new JsonPath(text[(underscore + 1)..]);
        return new ResponseReference(backend, path, "R" + text[1..]);
    }
}
