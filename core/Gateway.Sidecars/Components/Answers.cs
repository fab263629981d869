using System.Globalization;
using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecars.Components;

/// <summary>Raw answers that a plugin makes or changes.</summary>
internal static class Answers
{
    /// <summary>An answer of a plugin. Throws <see cref="ViolationException"/>.</summary>
    /// <param name="response">What it sent.</param>
    /// <param name="hold">Makes the call last as long as the answer, where the plugin sends the body in chunks.</param>
    public static ClientResponse Create(Response response, ICallHolder hold)
    {
        var status = StatusOf(response.Status == 0 ? StatusCodes.Status200OK : response.Status);
        var headers = HeaderRules.Read(response.Headers);
        if (response.Body?.ContentCase == Body.ContentOneofCase.StreamId)
        {
            var body = hold.Call.Open(response.Body);
            SetLength(headers, body.Length);
            return new SidecarResponse(status, headers, body, hold.Hold(), null);
        }
        var whole = response.Body?.Whole.Memory ?? default;
        if (!IsBodiless(status))
            SetLength(headers, whole.Length);
        return new SyntheticResponse(whole, status, headers);
    }

    /// <summary>Changes an answer, which then belongs to what is returned. Throws <see cref="ViolationException"/>, and then changes nothing.</summary>
    /// <param name="change">What the plugin asks for.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="source">Where the plugin may have read its body.</param>
    /// <param name="hold">See <see cref="Create"/>.</param>
    public static ClientResponse Change(ResponseChange change, ClientResponse answer, AnswerSource? source, ICallHolder hold)
    {
        var status = change.Status == 0 ? answer.StatusCode : StatusOf(change.Status);
        HeaderRules.Check(change.Headers);
        if (source is { IsTaken: false })
            source.Release();
        var replaces = change.Body is not null || source is { IsTaken: true };
        if (status == answer.StatusCode && change.Headers.Count == 0 && !replaces)
            return answer;
        if (change.Body?.ContentCase == Body.ContentOneofCase.StreamId)
        {
            var headers = answer.Headers.Fork();
            var body = hold.Call.Open(change.Body);
            SidecarResponse.Reframe(headers, body.Length);
            HeaderRules.Apply(change.Headers, headers);
            return new SidecarResponse(status, headers, body, hold.Hold(), answer);
        }
        var edited = EditedResponse.Of(answer);
        if (status != answer.StatusCode)
            edited.SetStatus(status);
        if (replaces)
            ReplaceBody(edited, change.Body?.Whole.Memory ?? default);
        HeaderRules.Apply(change.Headers, edited.Headers);
        return edited;
    }

    /// <summary>Checks a change that is not made. Throws <see cref="ViolationException"/>.</summary>
    public static void Check(ResponseChange change)
    {
        if (change.Status != 0)
            StatusOf(change.Status);
        HeaderRules.Check(change.Headers);
    }

    /// <summary>Checks a status. Throws <see cref="ViolationException"/>.</summary>
    public static int StatusOf(uint status) => status is >= 200 and <= 599
        ? (int)status
        : throw new ViolationException(string.Create(CultureInfo.InvariantCulture, $"{status} is no status of an answer; expected 200 to 599"));

    /// <summary>Whether no answer of this status has a body.</summary>
    public static bool IsBodiless(int status) => status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified;

    private static void ReplaceBody(EditedResponse edited, ReadOnlyMemory<byte> body)
    {
        var type = edited.Headers.Get("Content-Type");
        edited.ReplaceBody(body, type ?? "");
        if (type is null)
            edited.Headers.Remove("Content-Type");
    }

    private static void SetLength(NameValueList headers, long? length)
    {
        if (length is { } known)
            headers.Set("Content-Length", known.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Who has a call that an answer may hold on to.</summary>
internal interface ICallHolder
{
    /// <summary>The call.</summary>
    SidecarCall Call { get; }

    /// <summary>Hands the call over to an answer, which ends it.</summary>
    HeldCall Hold();

    /// <summary>Disposes of something when the call has ended, which may still be reading it.</summary>
    void DisposeLater(IDisposable ended);
}
