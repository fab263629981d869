using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>A request on its way through a component that works on data.</summary>
internal sealed class DataWalk(PlaceWork work, ProxyRequest request, ProxyHandler? next) : PipelineWalk<ProxyResult>(work, request)
{
    protected override bool CanGoOn => next is not null;

    protected override ValueTask<ProxyResult> GoOnAsync(ProxyRequest request, CancellationToken cancellationToken) => next!(request, cancellationToken);

    protected override ProxyResult From(GatewayError error) => error;

    protected override bool IsStreaming(in ProxyResult result) => result.Response is { Raw: not null } or { Final: not null };

    protected override void Discard(in ProxyResult result) => result.Response?.Dispose();

    protected override ValueTask<ProxyResult> PrepareAsync(ProxyResult result, CancellationToken cancellationToken) =>
        Needs.ResponseBody == BodyNeed.Buffered && IsStreaming(result) ? DataAnswers.BufferAsync(result, Work.Place, cancellationToken) : new(result);

    protected override Response? Describe(in ProxyResult result, out AnswerSource? source)
    {
        source = null;
        if (!Needs.Response)
            return null;
        var response = new Response();
        if (result.Response is { } answer)
            source = DataAnswers.Describe(answer, response, Needs, Call);
        if (Needs.ResponseHead && result.Error is { } error)
            response.Failure = Failures.Write(error, Needs);
        return response;
    }

    protected override async ValueTask<ProxyResult> CreateAsync(Response response, CancellationToken cancellationToken)
    {
        var error = response.Failure is { } failure ? Failures.Read(failure) : null;
        if (error is not null && response is { Body: null, IsData: false })
            return error;
        if (response is { Body: not null, IsData: false, IsFinal: false } && Work.Place.TakesData)
            return Work.NoData();
        return new(await DataAnswers.CreateAsync(response, this, Work.Place, cancellationToken).ConfigureAwait(false), error);
    }

    protected override async ValueTask<ProxyResult> ChangeAsync(ResponseChange change, ProxyResult result, AnswerSource? source, CancellationToken cancellationToken)
    {
        var answer = result.Response;
        if (answer is null && change is not { Body: not null, IsData: true })
        {
            // Who needs no head does not know that it failed: there is nothing to change, and the failure stays.
            Answers.Check(change);
            return result;
        }
        if (change is { Body: not null, IsData: false } && Work.Place.TakesData)
        {
            if (answer is not null)
                DisposeLater(answer);
            return Work.NoData();
        }
        answer ??= new ProxyResponse();
        await DataAnswers.ChangeAsync(change, answer, source, this, Work.Place, cancellationToken).ConfigureAwait(false);
        return new(answer, change.ClearsFailure ? null : result.Error);
    }
}
