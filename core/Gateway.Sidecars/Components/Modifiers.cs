using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Changes a request before it goes on (request-modifier).</summary>
internal sealed class RequestModifierComponent(PlaceWork work) : IRequestModifier
{
    /// <inheritdoc/>
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken) => new RequestStep(work, request).RunAsync(cancellationToken);

    private sealed class RequestStep(PlaceWork work, ProxyRequest request) : ModifierStep(work, request)
    {
        private RequestBody? _retained;
        private RequestSource? _source;

        protected override async ValueTask<GatewayError?> PrepareAsync(CallStart start, CancellationToken cancellationToken)
        {
            var needs = Needs;
            if (needs.RequestBody == BodyNeed.Unspecified || Request.Body.IsEmpty)
                return null;
            if (needs.RequestBody == BodyNeed.Streamed)
            {
                _retained = Request.Body;
                _retained.Retain();
                _source = RequestSource.Of(_retained);
                start.RequestBody = Call.Announce(_source, _retained.Length);
                return null;
            }
            if (await BodyBuffer.FillAsync(Request, Work.Place.MaxWholeBody, cancellationToken).ConfigureAwait(false) is { } error)
                return error;
            start.RequestBody = DataBody.Wrap(Request.Body.Bytes);
            return null;
        }

        protected override async ValueTask ApplyAsync(Finish finish, CancellationToken cancellationToken)
        {
            if (finish.OutcomeCase != Finish.OutcomeOneofCase.Request)
                throw new ViolationException($"a Finish with {finish.OutcomeCase} where a request was due");
            var change = finish.Request;
            // Nothing of the call is left when the request goes on.
            var body = change.Body is null ? default : await DataBody.ReadWholeAsync(Call, change.Body, Work.Place.MaxWholeBody, cancellationToken).ConfigureAwait(false);
            RequestChanges.Apply(change, Request);
            if (change.Body is not null)
                Request.Body = RequestBody.Of(body);
            else if (_source is { IsTaken: true })
                Request.Body = RequestBody.Empty;
            else
                _source?.Release();
        }

        protected override bool TryPassBy()
        {
            if (_source is { IsTaken: true })
                return false;
            _source?.Release();
            return true;
        }

        protected override void End() => _retained?.Dispose();
    }
}

/// <summary>Changes a response on its way out (response-modifier).</summary>
internal sealed class ResponseModifierComponent(PlaceWork work) : IResponseModifier
{
    /// <inheritdoc/>
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken) =>
        new ResponseStep(work, request, response).RunAsync(cancellationToken);

    private sealed class ResponseStep(PlaceWork work, ProxyRequest request, ProxyResponse response) : ModifierStep(work, request)
    {
        private AnswerSource? _source;

        protected override async ValueTask<GatewayError?> PrepareAsync(CallStart start, CancellationToken cancellationToken)
        {
            if (!Needs.Response)
                return null;
            if (Needs.ResponseBody == BodyNeed.Buffered && (response.Final ?? response.Raw) is not null)
            {
                var buffered = await DataAnswers.BufferAsync(response, Work.Place, cancellationToken).ConfigureAwait(false);
                if (buffered.Error is { } error)
                    return error;
            }
            start.Response = new Response();
            _source = DataAnswers.Describe(response, start.Response, Needs, Call);
            return null;
        }

        protected override ValueTask ApplyAsync(Finish finish, CancellationToken cancellationToken)
        {
            if (finish.OutcomeCase != Finish.OutcomeOneofCase.Change || finish.Change.Attempt != 0)
                throw new ViolationException($"a Finish with {finish.OutcomeCase} where the change of the response was due");
            return DataAnswers.ChangeAsync(finish.Change, response, _source, this, Work.Place, cancellationToken);
        }

        protected override bool TryPassBy()
        {
            if (_source is { IsTaken: true })
                return false;
            _source?.Release();
            return true;
        }

        protected override void End()
        {
        }
    }
}
