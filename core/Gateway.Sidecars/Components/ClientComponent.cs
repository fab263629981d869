using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Around the raw HTTP calls of a backend, or in their place (client, http-client).</summary>
internal sealed class ClientComponent(PlaceWork work) : IClientMiddleware
{
    /// <inheritdoc/>
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken) =>
        new ClientWalk(work, request, next).RunAsync(cancellationToken);

    private sealed class ClientWalk(PlaceWork work, ProxyRequest request, ClientHandler next) : PipelineWalk<ClientResult>(work, request)
    {
        protected override ValueTask<ClientResult> GoOnAsync(ProxyRequest request, CancellationToken cancellationToken) => next(request, cancellationToken);

        protected override ClientResult From(GatewayError error) => error;

        protected override bool IsStreaming(in ClientResult result) => result.Response is not null;

        protected override void Discard(in ClientResult result) => result.Response?.Dispose();

        protected override async ValueTask<ClientResult> PrepareAsync(ClientResult result, CancellationToken cancellationToken) =>
            result.Response is { } response && Needs.ResponseBody == BodyNeed.Buffered
                ? await RawBodies.BufferAsync(response, Work.Place, cancellationToken).ConfigureAwait(false)
                : result;

        protected override Response? Describe(in ClientResult result, out AnswerSource? source)
        {
            source = null;
            if (!Needs.Response)
                return null;
            var response = new Response();
            if (result.Response is { } answer)
                source = RawBodies.Describe(answer, response, Needs, Call);
            else if (Needs.ResponseHead && result.Error is { } error)
                response.Failure = Failures.Write(error, Needs);
            return response;
        }

        protected override ValueTask<ClientResult> CreateAsync(Response response, CancellationToken cancellationToken) =>
            new(response.Failure is { } failure ? From(Failures.Read(failure)) : Answers.Create(response, this));

        protected override ValueTask<ClientResult> ChangeAsync(ResponseChange change, ClientResult result, AnswerSource? source, CancellationToken cancellationToken)
        {
            if (result.Response is { } answer)
                return new(Answers.Change(change, answer, source, this));
            Answers.Check(change);
            // Who needs no head does not know that it failed: there is nothing to change, and the failure stays.
            return new(result);
        }
    }
}
