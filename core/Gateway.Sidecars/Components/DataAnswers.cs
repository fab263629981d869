using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Answers of the data layers for a plugin, and from one.</summary>
internal static class DataAnswers
{
    /// <summary>Reads the body of a raw answer into memory. The result belongs to what is returned, unless this throws.</summary>
    public static async ValueTask<ProxyResult> BufferAsync(ProxyResult result, SidecarPlace place, CancellationToken cancellationToken)
    {
        var answer = result.Response!;
        var buffered = await RawBodies.BufferAsync((answer.Final ?? answer.Raw)!, place, cancellationToken).ConfigureAwait(false);
        if (answer.Final is not null)
            answer.Final = buffered.Response;
        else
            answer.Raw = buffered.Response;
        if (buffered.Error is not { } error)
            return result;
        answer.Dispose();
        return error;
    }

    /// <summary>Writes what is needed of an answer; returns the raw body that the plugin may ask for.</summary>
    public static AnswerSource? Describe(ProxyResponse answer, Response response, PlaceNeeds needs, SidecarCall call)
    {
        response.IsFinal = answer.Final is not null;
        if (needs.ResponseHead)
            response.IsComplete = answer.IsComplete;
        if ((answer.Final ?? answer.Raw) is { } raw)
            return RawBodies.Describe(raw, response, needs, call);
        response.IsData = true;
        if (needs.ResponseHead)
        {
            response.Status = (uint)Math.Max(0, answer.StatusCode);
            if (answer.Headers is { } headers)
                Heads.Write(headers, response.Headers, needs);
        }
        if (needs.ResponseBody != BodyNeed.Unspecified)
            response.Body = DataBody.Write(answer.Data);
        return null;
    }

    /// <summary>An answer of a plugin. Throws <see cref="ViolationException"/>.</summary>
    public static async ValueTask<ProxyResponse> CreateAsync(Response response, ICallHolder holder, SidecarPlace place, CancellationToken cancellationToken)
    {
        if (!response.IsData)
        {
            var raw = Answers.Create(response, holder);
            return response.IsFinal
                ? new ProxyResponse { Final = raw, StatusCode = raw.StatusCode, IsComplete = response.IsComplete }
                : new ProxyResponse { Raw = raw, StatusCode = raw.StatusCode, IsComplete = response.IsComplete };
        }
        var headers = HeaderRules.Read(response.Headers);
        return new ProxyResponse
        {
            StatusCode = response.Status == 0 ? 0 : Answers.StatusOf(response.Status),
            Headers = headers.Count > 0 ? headers : null,
            IsComplete = response.IsComplete,
            Data = response.Body is null ? null : await ReadAsync(response.Body, holder, place, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Changes an answer. Throws <see cref="ViolationException"/>, and then changes nothing.</summary>
    public static async ValueTask ChangeAsync(ResponseChange change, ProxyResponse answer, AnswerSource? source, ICallHolder holder, SidecarPlace place, CancellationToken cancellationToken)
    {
        if (change.Body is not null && change.IsData)
            await ReplaceByDataAsync(change, answer, holder, place, cancellationToken).ConfigureAwait(false);
        else if (answer.Final is { } final)
            answer.Final = Answers.Change(change, final, source, holder);
        else if (answer.Raw is { } raw)
            answer.Raw = Answers.Change(change, raw, source, holder);
        else if (change.Body is not null)
            ReplaceByRaw(change, answer, holder);
        else
            ChangeHead(change, answer);
        if (change.CompletenessCase == ResponseChange.CompletenessOneofCase.IsComplete)
            answer.IsComplete = change.IsComplete;
        if ((answer.Final ?? answer.Raw) is { } current)
            answer.StatusCode = current.StatusCode;
    }

    private static async ValueTask ReplaceByDataAsync(ResponseChange change, ProxyResponse answer, ICallHolder holder, SidecarPlace place, CancellationToken cancellationToken)
    {
        HeaderRules.Check(change.Headers);
        var status = change.Status == 0 ? answer.StatusCode : Answers.StatusOf(change.Status);
        var data = await ReadAsync(change.Body, holder, place, cancellationToken).ConfigureAwait(false);
        foreach (var raw in new[] { answer.Raw, answer.Final })
        {
            if (raw is not null)
                holder.DisposeLater(raw);
        }
        answer.Raw = answer.Final = null;
        answer.Dispose();
        answer.Data = data;
        answer.StatusCode = status;
        ApplyHeaders(change, answer);
    }

    private static void ReplaceByRaw(ResponseChange change, ProxyResponse answer, ICallHolder holder)
    {
        HeaderRules.Check(change.Headers);
        var made = new Response { Status = change.Status, Body = change.Body };
        var raw = Answers.Create(made, holder);
        HeaderRules.Apply(change.Headers, raw.Headers);
        answer.Data?.Dispose();
        answer.Data = null;
        answer.Raw = raw;
    }

    private static void ChangeHead(ResponseChange change, ProxyResponse answer)
    {
        HeaderRules.Check(change.Headers);
        if (change.Status != 0)
            answer.StatusCode = Answers.StatusOf(change.Status);
        ApplyHeaders(change, answer);
    }

    private static void ApplyHeaders(ResponseChange change, ProxyResponse answer)
    {
        if (change.Headers.Count > 0)
            HeaderRules.Apply(change.Headers, answer.Headers ??= new NameValueList(ignoreCase: true));
    }

    private static async ValueTask<Payload?> ReadAsync(Body body, ICallHolder holder, SidecarPlace place, CancellationToken cancellationToken) =>
        DataBody.Read(await DataBody.ReadWholeAsync(holder.Call, body, place.MaxWholeBody, cancellationToken).ConfigureAwait(false));
}
