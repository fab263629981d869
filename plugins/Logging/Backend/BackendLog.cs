using System.Diagnostics;
using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Logging.Backend;

/// <summary>
/// One line per call of a backend, when it ends (OBS-029). It stands outside of the circuit breaker and inside of concurrent calls, so that
/// refused calls have a line and every copy its own; what goes over the wire is noted by <see cref="BackendCallProbe"/>.
/// </summary>
internal sealed class BackendLog(BackendPattern pattern, ILogOutput output, TimeProvider time) : IProxyMiddleware
{
    private readonly string[][] _fields = pattern.Fields;

    /// <summary>The log of a backend; <see langword="null"/> when it has none.</summary>
    public static BackendLog? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        BackendLogConfig.Of(context, diagnostics) is { } log && context.Service<ILogOutput>() is { } output
            ? new BackendLog(log.Pattern, output, context.Time)
            : null;

    /// <inheritdoc/>
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var call = new BackendCall(request, _fields) { Activity = Activity.Current };
        BackendCall.Current = call;
        var started = time.GetTimestamp();
        try
        {
            var result = await next(request, cancellationToken).ConfigureAwait(false);
            call.Error = result.Error?.Message;
            if (result.Response?.Raw is { } raw)
            {
                call.StatusCode = raw.StatusCode;
                call.Headers = raw.Headers;
            }
            return result;
        }
        catch (Exception exception)
        {
            call.Error = exception.Message;
            throw;
        }
        finally
        {
            call.Elapsed = time.GetElapsedTime(started);
            call.Time = time.GetLocalNow();
            Write(call);
        }
    }

    private void Write(BackendCall call)
    {
        var line = Utf8Line.Take();
        pattern.Write(line, call);
        output.Write(line.Span);
        line.Return();
    }
}
