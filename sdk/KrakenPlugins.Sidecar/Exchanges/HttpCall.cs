using System.IO.Pipelines;
using System.Net;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Pipelines;
using KrakenPlugins.Sidecar.Places;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.Sidecar.Exchanges;

/// <summary>A call of a component on the HTTP exchange.</summary>
internal sealed class HttpCall(IHttpMiddleware middleware, CallStream stream, ulong id, ComponentPlace place, CallStart start)
    : PluginCall(stream, id, place, start), IAnswerStart, IHttpRequestBodyDetectionFeature
{
    private readonly ResponseHead _response = new();
    private ResponseBody _body = null!;
    private IClaims? _claims;
    private ExchangeRequest _request = null!;
    private IncomingBody? _requestBody;
    private Stream _originalBody = Stream.Null;
    private Response? _inner;
    private IncomingBody? _innerBody;
    private uint _attempt;
    private int _innerStatus;
    private bool _isLast;
    private bool _isInnerBodyGone;

    /// <summary>Whether the request has a body.</summary>
    public bool CanHaveBody => Start.RequestBody is not null;

    // Whether what came of next has a body that nobody has taken out of it.
    private bool HasInnerBody => _inner?.Body is not null && !_isInnerBodyGone;

    /// <summary>Sends the head of the answer; a body in chunks follows it.</summary>
    public async ValueTask<OutgoingBody?> BeginAsync()
    {
        await _response.StartAsync().ConfigureAwait(false);
        if (_isLast || IsOver)
            return null;
        var outgoing = OpenOutgoing();
        SendFinish(FinishOf(new Body { StreamId = outgoing.StreamId, Length = (ulong)(_response.Headers.ContentLength ?? 0) }));
        // What was written behind the answer of next comes behind its body.
        if (HasInnerBody)
            await CopyInnerAsync(outgoing).ConfigureAwait(false);
        return outgoing;
    }

    protected override async ValueTask RunAsync()
    {
        var context = NewContext();
        try
        {
            await middleware.InvokeAsync(context, NextAsync).ConfigureAwait(false);
            await _body.SettleAsync().ConfigureAwait(false);
            await FinishAsync().ConfigureAwait(false);
        }
        catch when (_body.HasBegun)
        {
            _body.BreakOff();
            throw;
        }
        finally
        {
            await _response.CompleteAsync().ConfigureAwait(false);
        }
    }

    private DefaultHttpContext NewContext()
    {
        _claims = JsonClaims.Of(Start.ClaimsJson);
        _body = new ResponseBody(this, Cancelled);
        _requestBody = OpenIncoming(Start.RequestBody);
        if (_requestBody is not null)
            _originalBody = _requestBody;
        else if (Start.RequestBody is { HasWhole: true } whole)
            _originalBody = new MemoryStream(whole.Whole.ToByteArray());
        var head = Start.Request ?? new RequestHead();
        _request = new ExchangeRequest(head, _originalBody);
        return new DefaultHttpContext(FeaturesOf(head));
    }

    private FeatureCollection FeaturesOf(RequestHead head)
    {
        var features = new FeatureCollection(10);
        features.Set(_request.Feature);
        features.Set<IHttpResponseFeature>(_response);
        features.Set<IHttpResponseBodyFeature>(_body);
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = Cancelled });
        features.Set<IHttpRequestBodyDetectionFeature>(this);
        features.Set(new CallFeature(head));
        if (IPAddress.TryParse(head.ClientAddress, out var address))
            features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = address });
        if (_claims is not null)
            features.Set(_claims);
        return features;
    }

    private async Task NextAsync(HttpContext context)
    {
        await _body.SettleAsync().ConfigureAwait(false);
        if (_body.IsWritten)
            throw new InvalidOperationException($"{Place.Name} has written an answer already, and cannot go on");
        var change = new RequestChange();
        var isChanged = _request.WriteChanges(context.Request, change);
        if (context.Features.Get<IClaims>() is { } claims && !ReferenceEquals(claims, _claims))
            (change.ClaimsJson, isChanged) = (JsonClaims.ToMessage(claims), true);
        change.Body = await RequestBodyAsync(context.Request).ConfigureAwait(false);
        if (change.Body is not null)
            HeaderLists.WriteEncoding(context.Request.Headers.ContentEncoding, change.Headers);
        var proceed = new Proceed();
        if (isChanged || change.Body is not null)
            proceed.Change = change;
        if (Place.IsBlind)
            await _response.StartAsync().ConfigureAwait(false);
        _response.Tracked.WriteChanges(proceed.ResponseHeaders);
        (_attempt, _inner) = await ProceedAsync(proceed, context.RequestAborted).ConfigureAwait(false);
        _isLast = _inner is null;
        if (_inner is not null)
            await TakeAsync(_inner, context).ConfigureAwait(false);
    }

    // As in the gateway itself: who put a stream in the answer's place gets the body written into it.
    private async ValueTask TakeAsync(Response inner, HttpContext context)
    {
        _innerStatus = (int)(inner.Status > 0 ? inner.Status : inner.Failure?.Status ?? StatusCodes.Status200OK);
        _response.StatusCode = _innerStatus;
        _response.Tracked.Load(inner.Headers);
        _innerBody = OpenIncoming(inner.Body);
        if (inner.Body is null || ReferenceEquals(context.Features.Get<IHttpResponseBodyFeature>(), _body))
            return;
        _isInnerBodyGone = true;
        if (_innerBody is not null)
            await _innerBody.CopyToAsync(context.Response.Body, Cancelled).ConfigureAwait(false);
        else
            await context.Response.Body.WriteAsync(inner.Body.Whole.Memory, Cancelled).ConfigureAwait(false);
    }

    private async ValueTask FinishAsync()
    {
        if (HasInnerBody && _body.IsWritten)
            await _body.FlushAsync(Cancelled).ConfigureAwait(false);
        if (_body.HasBegun)
        {
            _body.End();
            return;
        }
        await _response.StartAsync().ConfigureAwait(false);
        if (!_isLast && !IsOver)
            SendFinish(FinishOf(WholeBody()));
    }

    private Body? WholeBody()
    {
        if (_isInnerBodyGone)
            return BodyOf(_body.Kept);
        return _body.IsWritten ? BodyOf(_body.Kept) : null;
    }

    private Finish FinishOf(Body? body)
    {
        if (_inner is null)
        {
            var answer = new Response { Status = (uint)_response.StatusCode, Body = body, IsComplete = true };
            _response.Tracked.WriteTo(answer.Headers);
            return new Finish { Response = answer };
        }
        var change = new ResponseChange { Attempt = _attempt, Body = body };
        if (_response.StatusCode != _innerStatus)
            change.Status = (uint)_response.StatusCode;
        _response.Tracked.WriteChanges(change.Headers);
        if (body is not null)
            HeaderLists.WriteEncoding(_response.Headers.ContentEncoding, change.Headers);
        return new Finish { Change = change };
    }

    // A body that was read has to be sent, as whoever put something in its place has it.
    private async ValueTask<Body?> RequestBodyAsync(HttpRequest request)
    {
        if (ReferenceEquals(request.Body, _originalBody) && _requestBody is not { IsTaken: true })
            return null;
        if (request.Body is MemoryStream memory && memory.Length - memory.Position <= SmallBody)
        {
            var bytes = new byte[memory.Length - memory.Position];
            await memory.ReadExactlyAsync(bytes, Cancelled).ConfigureAwait(false);
            return BodyOf(bytes);
        }
        return BodyOf(request.BodyReader, null);
    }

    private async ValueTask CopyInnerAsync(OutgoingBody to)
    {
        _isInnerBodyGone = true;
        if (_innerBody is not { } from)
        {
            await to.WriteAsync(_inner!.Body.Whole.Memory, Cancelled).ConfigureAwait(false);
            return;
        }
        var buffer = new byte[16 << 10];
        int count;
        while ((count = await from.ReadAsync(buffer, Cancelled).ConfigureAwait(false)) > 0)
            await to.WriteAsync(buffer.AsMemory(0, count), Cancelled).ConfigureAwait(false);
    }
}
