using System.Collections.Frozen;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Retries;

/// <summary>Around the HTTP call of a backend: makes it again while it fails, there is time and the budget allows it (RTE-420 to RTE-431).</summary>
internal sealed partial class Retries(RetrySettings settings, RetryBudget budget, RetryMetrics metrics, IBackendContext context) : IClientMiddleware
{
    private readonly FrozenSet<string> _methods = settings.Methods.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<int> _statuses = settings.RetryOnStatus.ToFrozenSet();
    private readonly bool _onConnectFailure = settings.RetryOn.Contains("connect_failure");
    private readonly bool _onReset = settings.RetryOn.Contains("reset");
    private readonly bool _onTimeout = settings.RetryOn.Contains("timeout");
    private readonly TimeProvider _time = context.Time;
    private readonly ILogger _logger = context.Logger;
    private readonly string _prefix = context.LogPrefix;

    /// <inheritdoc/>
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        budget.Call(_time.GetTimestamp());
        if (!_methods.Contains(request.Method))
            return next(request, cancellationToken);
        var body = request.Body;
        if (body.IsBuffered)
            return CallAsync(request, next, cancellationToken);
        return body.Length <= settings.MaxBody ? BufferAndCallAsync(request, next, cancellationToken) : next(request, cancellationToken);
    }

    private async ValueTask<ClientResult> BufferAndCallAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var error = await BufferAsync(request, cancellationToken).ConfigureAwait(false);
        return error is null ? await CallAsync(request, next, cancellationToken).ConfigureAwait(false) : error;
    }

    private static async ValueTask<GatewayError?> BufferAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.BufferAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ended(request, isNeutral: true);
        }
        catch (BufferLimitException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, $"request body too large: {exception.Message}", StatusCodes.Status413PayloadTooLarge);
        }
        catch (BadHttpRequestException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, exception.Message, exception.StatusCode);
        }
        catch (IOException exception)
        {
            return new GatewayError(GatewayErrorKind.ClientAborted, exception.Message);
        }
    }

    private async ValueTask<ClientResult> CallAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        List<BackendHost>? tried = null;
        for (var attempt = 1; ; attempt++)
        {
            // What components further in make of a request is theirs; each attempt begins with the same one.
            var fork = request.Fork();
            var result = await TryAsync(fork, tried, next, cancellationToken).ConfigureAwait(false);
            if (attempt == settings.Attempts || cancellationToken.IsCancellationRequested || request.IsAbandoned || ReasonToRetry(result) is not { } reason || !MayRetry())
                return result;
            metrics.Count(reason);
            Log.Again(_logger, _prefix, attempt + 1, fork.Host?.ToString() ?? "", reason);
            result.Response?.Dispose();
            if (fork.Host is { } host)
                (tried ??= []).Add(host);
            if (!await PauseAsync(attempt, cancellationToken).ConfigureAwait(false))
                return result.Error ?? Ended(request);
        }
    }

    private ValueTask<ClientResult> TryAsync(ProxyRequest request, List<BackendHost>? tried, ClientHandler next, CancellationToken cancellationToken) =>
        settings.PerTryTimeout > TimeSpan.Zero
            ? TryWithinAsync(request, tried, next, cancellationToken)
            : CallHostAsync(request, tried, next, cancellationToken);

    private async ValueTask<ClientResult> TryWithinAsync(ProxyRequest request, List<BackendHost>? tried, ClientHandler next, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(settings.PerTryTimeout, _time, cancellationToken);
        var isKept = false;
        try
        {
            var result = await CallHostAsync(request, tried, next, attempt.Token).ConfigureAwait(false);
            if (result.Response is not { } response)
                return result;
            if (!attempt.TryEndLimit())
            {
                response.Dispose();
                return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
            }
            isKept = true;
            return new AttemptResponse(response, attempt);
        }
        finally
        {
            if (!isKept)
                attempt.Dispose();
        }
    }

    private static ValueTask<ClientResult> CallHostAsync(ProxyRequest request, List<BackendHost>? tried, ClientHandler next, CancellationToken cancellationToken) =>
        tried is not null && request.Hosts is { } hosts ? hosts.CallAsync(request, tried, next, cancellationToken) : next(request, cancellationToken);

    /// <summary>Why a call may be made again; <see langword="null"/> when it may not.</summary>
    private string? ReasonToRetry(in ClientResult result)
    {
        if (result.Response is { } response)
            return _statuses.Contains(response.StatusCode) ? "status" : null;
        return result.Error! switch
        {
            { Kind: GatewayErrorKind.Connection, IsUnsent: true } => _onConnectFailure ? "connect_failure" : null,
            { Kind: GatewayErrorKind.Connection } => _onReset ? "reset" : null,
            { Kind: GatewayErrorKind.Timeout, IsUnsent: true } when _onConnectFailure => "connect_failure",
            { Kind: GatewayErrorKind.Timeout } => _onTimeout ? "timeout" : null,
            _ => null,
        };
    }

    private bool MayRetry()
    {
        var may = budget.TryTake(_time.GetTimestamp(), out var isChange);
        if (!may)
            metrics.CountRefused();
        if (!isChange)
            return may;
        if (may)
            Log.Refilled(_logger, _prefix);
        else
            Log.Spent(_logger, _prefix);
        return may;
    }

    private async ValueTask<bool> PauseAsync(int failed, CancellationToken cancellationToken)
    {
        var delay = settings.Backoff.Delay(failed, Random.Shared.NextDouble());
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    private static GatewayError Ended(ProxyRequest request, bool isNeutral = false) => request.ClientAborted.IsCancellationRequested
        ? new(GatewayErrorKind.ClientAborted, GatewayError.ContextCanceled)
        : new(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded) { IsNeutral = isNeutral };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Retry] attempt {Attempt}, {Host} failed: {Reason}")]
        public static partial void Again(ILogger logger, string prefix, int attempt, string host, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Retry] the budget is spent: failed calls are not made again")]
        public static partial void Spent(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix}[Retry] the budget allows calls to be made again")]
        public static partial void Refilled(ILogger logger, string prefix);
    }
}
