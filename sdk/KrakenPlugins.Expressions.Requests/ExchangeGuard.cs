using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Expressions.Requests;

/// <summary>
/// Expressions around the pipe of an endpoint, an agent or a backend: some before it, some behind it, where an answer that is refused is
/// disposed. All of one call see the same time. It changes no data.
/// </summary>
public abstract class ExchangeGuard : IProxyMiddleware
{
    private readonly TimeProvider _clock;
    private readonly bool _isBackend;
    private readonly bool _judgesRequests;
    private readonly bool _judgesResponses;
    private readonly bool _readsTime;
    private readonly bool _readsPath;
    private readonly bool _knowsPlaces;
    private readonly IQuotaProcessors? _quotas;
    private readonly TimeSpan _quotaTimeout;

    /// <summary>A guard.</summary>
    /// <param name="context">Where it stands.</param>
    /// <param name="isBackend">Whether that is a backend.</param>
    /// <param name="request">What is checked before the pipe.</param>
    /// <param name="response">What is checked behind it.</param>
    protected ExchangeGuard(IEndpointContext context, bool isBackend, IReadOnlyList<CelProgram> request, IReadOnlyList<CelProgram> response)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        _clock = context.Time;
        _isBackend = isBackend;
        _judgesRequests = request.Count > 0;
        _judgesResponses = response.Count > 0;
        _readsTime = request.Concat(response).Any(ExchangeVariables.ReadsTime);
        _knowsPlaces = Macros.GeoPlace.IsProvided(context);
        _quotas = request.Concat(response).Any(ExchangeVariables.AsksQuotas) ? context.Service<IQuotaProcessors>() : null;
        _quotaTimeout = context.Timeout < RedisConnections.ServiceTimeout ? context.Timeout : RedisConnections.ServiceTimeout;
        _readsPath = request.Concat(response).Any(ExchangeVariables.ReadsPath);
    }

    /// <inheritdoc/>
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(next);
        var time = _readsTime ? _clock.GetLocalNow() : default;
        var path = _readsPath ? PathOf(request) : "";
        if (_judgesRequests)
        {
            var questions = Questions();
            var refusal = Judge(request, null, path, time, questions);
            if (questions is { HasOpen: true })
                return AskAsync(request, next, path, time, questions, cancellationToken);
            if (refusal is not null)
                return new(refusal);
        }
        return GoOn(request, next, path, time, cancellationToken);
    }

    /// <summary>Why the request may not go on, or <see langword="null"/>. Called within the pass: nothing of the input is kept.</summary>
    protected abstract GatewayError? JudgeRequest(ExchangeInput input);

    /// <summary>Why the answer may not go on, or <see langword="null"/>; as <see cref="JudgeRequest"/>.</summary>
    protected abstract GatewayError? JudgeResponse(ExchangeInput input);

    /// <summary>There is no answer to judge: the failure is handed on.</summary>
    protected virtual void OnFailure(GatewayError? error)
    {
    }

    private ValueTask<ProxyResult> GoOn(ProxyRequest request, ProxyHandler next, string path, DateTimeOffset time, CancellationToken cancellationToken) =>
        _judgesResponses ? RespondAsync(request, next, path, time, cancellationToken) : next(request, cancellationToken);

    private async ValueTask<ProxyResult> AskAsync(ProxyRequest request, ProxyHandler next, string path, DateTimeOffset time, QuotaQuestions questions, CancellationToken cancellationToken)
    {
        if (await JudgeAsync(request, null, path, time, questions, cancellationToken).ConfigureAwait(false) is { } refusal)
            return refusal;
        return await GoOn(request, next, path, time, cancellationToken).ConfigureAwait(false);
    }

    // Each round answers one question at least, and questions are bounded.
    private async ValueTask<GatewayError?> JudgeAsync(ProxyRequest request, ProxyResponse? response, string path, DateTimeOffset time, QuotaQuestions questions, CancellationToken cancellationToken)
    {
        GatewayError? refusal = null;
        while (questions.HasOpen)
        {
            await questions.AnswerAsync(cancellationToken).ConfigureAwait(false);
            refusal = Judge(request, response, path, time, questions);
        }
        return refusal;
    }

    private QuotaQuestions? Questions() => _quotas is null ? null : new QuotaQuestions(_quotas, _quotaTimeout);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ProxyResult> RespondAsync(ProxyRequest request, ProxyHandler next, string path, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (result.Response is not { } response)
        {
            OnFailure(result.Error);
            return result;
        }
        GatewayError? refusal;
        try
        {
            var questions = Questions();
            refusal = Judge(request, response, path, time, questions);
            if (questions is { HasOpen: true })
                refusal = await JudgeAsync(request, response, path, time, questions, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
        if (refusal is null)
            return result;
        response.Dispose();
        return refusal;
    }

    private GatewayError? Judge(ProxyRequest request, ProxyResponse? response, string path, DateTimeOffset time, QuotaQuestions? questions)
    {
        var input = ExchangeInput.Rent();
        try
        {
            input.Request = request;
            input.Response = response;
            input.Path = path;
            input.Time = time;
            input.KnowsPlaces = _knowsPlaces;
            input.Quotas = questions;
            return response is null ? JudgeRequest(input) : JudgeResponse(input);
        }
        finally
        {
            input.Return();
        }
    }

    private string PathOf(ProxyRequest request) => _isBackend ? RequestPath.OfBackend(request) : RequestPath.OfEndpoint(request);
}
