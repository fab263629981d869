using System.Diagnostics;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Plugins;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Components;

/// <summary>A place at work: what its calls share.</summary>
internal sealed partial class PlaceWork(SidecarPlace place)
{
    private static readonly CallLoss s_unused = new(LossReason.Unused, "the place needs no component");
    private static readonly CallLoss s_closed = new(LossReason.Closed, "the sidecar does not take the configuration of the place; the log of its start says why");

    private readonly Lock _gate = new();
    private PlaceNeeds _needs = new(new Needs());
    private long _lastLogged;
    private long _silent;

    /// <summary>The place.</summary>
    public SidecarPlace Place { get; } = place;

    /// <summary>What it needs now.</summary>
    public PlaceNeeds Needs
    {
        get
        {
            var source = Place.Sidecar.NeedsOf(Place.Id);
            var needs = _needs;
            if (!ReferenceEquals(needs.Source, source))
                _needs = needs = new PlaceNeeds(source);
            return needs;
        }
    }

    /// <summary>The sidecar, now or in a moment; <see langword="null"/> when there is none.</summary>
    public ValueTask<ISidecarCalls?> FindAsync(CancellationToken cancellationToken)
    {
        if (Place.Sidecar.StandingOf(Place.Id) != PlaceStanding.Open)
            return default;
        return Place.Sidecar.Current is { } calls ? new(calls) : FindLaterAsync(cancellationToken);
    }

    /// <summary>The loss that a missing sidecar is, or one that has nothing for this place.</summary>
    public CallLoss Absent() => Place.Sidecar.StandingOf(Place.Id) switch
    {
        PlaceStanding.Unused => s_unused,
        PlaceStanding.Closed => s_closed,
        _ => new(LossReason.Gone, $"the sidecar is not there: {Place.Sidecar.Reason}"),
    };

    /// <summary>Whether a request may pass by when its call is lost.</summary>
    public bool IsPassedBy(CallLoss loss) => loss.Reason switch
    {
        LossReason.Unused => true,
        LossReason.Closed => false,
        _ => Place.IsBypassed,
    };

    /// <summary>The beginning of every start.</summary>
    public CallStart NewStart()
    {
        var start = new CallStart { PlaceId = Place.Id };
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } trace } activity)
            return start;
        start.Traceparent = trace;
        start.Tracestate = activity.TraceStateString ?? "";
        return start;
    }

    /// <summary>Counts a call that came to nothing, and logs why, at most once a second.</summary>
    public void Note(CallLoss loss)
    {
        if (loss.Reason == LossReason.Unused)
            return;
        SidecarMetrics.Lost(Place.Sidecar.Id, NameOf(loss.Reason));
        if (TryLog(out var silent))
            Log.Lost(Place.Logger, Place.Sidecar.Id, Place.Name, loss.Message, IsPassedBy(loss) ? " (passed by where it can be)" : "", silent);
    }

    /// <summary>Logs a fault that the plugin tells of itself, at most once a second.</summary>
    public void Note(CallFailure failure)
    {
        if (failure.Kind is FailureKind.Unspecified or FailureKind.Internal && TryLog(out var silent))
            Log.Failed(Place.Logger, Place.Sidecar.Id, Place.Name, Failures.MessageOf(failure), silent);
    }

    /// <summary>Shows a text with the exchange in the access log.</summary>
    public void NoteError(HttpContext context, string message) => Place.NoteError?.Invoke(context, message);

    /// <summary>The failure that a lost call is.</summary>
    /// <param name="loss">Why it was lost.</param>
    /// <param name="isUnsent">Whether nothing was passed on.</param>
    public GatewayError ErrorOf(CallLoss loss, bool isUnsent) => new(KindOf(loss.Reason), $"plugin {Place.Sidecar.Id}: {loss.Message}", StatusOf(loss.Reason))
    {
        IsNeutral = Place.Layer != Layer.Executor,
        IsUnsent = isUnsent,
    };

    /// <summary>The failure that raw bytes are where data is due.</summary>
    public GatewayError NoData()
    {
        var error = new GatewayError(GatewayErrorKind.Payload, $"plugin {Place.Sidecar.Id}: {Place.Name} answered with raw bytes, which need the encoding no-op; expected data")
        {
            IsNeutral = Place.Layer != Layer.Executor,
        };
        if (TryLog(out var silent))
            Log.Failed(Place.Logger, Place.Sidecar.Id, Place.Name, error.Message, silent);
        return error;
    }

    /// <summary>HTTP status of a lost call.</summary>
    public static int StatusOf(LossReason reason) => reason switch
    {
        LossReason.Late => StatusCodes.Status504GatewayTimeout,
        LossReason.Protocol or LossReason.Closed or LossReason.Unused => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static GatewayErrorKind KindOf(LossReason reason) => reason switch
    {
        LossReason.Gone => GatewayErrorKind.Connection,
        LossReason.Late => GatewayErrorKind.Timeout,
        LossReason.Overloaded => GatewayErrorKind.Rejected,
        _ => GatewayErrorKind.Internal,
    };

    private static string NameOf(LossReason reason) => reason switch
    {
        LossReason.Gone => "gone",
        LossReason.Late => "late",
        LossReason.Protocol => "protocol",
        LossReason.Overloaded => "overloaded",
        _ => "closed",
    };

    // What becomes of the place is known once it was configured, and no sooner.
    private async ValueTask<ISidecarCalls?> FindLaterAsync(CancellationToken cancellationToken)
    {
        var calls = await Place.Sidecar.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return Place.Sidecar.StandingOf(Place.Id) == PlaceStanding.Open ? calls : null;
    }

    private bool TryLog(out long silent)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_lastLogged != 0 && Stopwatch.GetElapsedTime(_lastLogged, now) < TimeSpan.FromSeconds(1))
            {
                silent = 0;
                _silent++;
                return false;
            }
            _lastLogged = now;
            (silent, _silent) = (_silent, 0);
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[PLUGIN: {Plugin}] a call of {Component} was lost: {Reason}{Bypass} ({Silent} further faults since the last line)")]
        public static partial void Lost(ILogger logger, string plugin, string component, string reason, string bypass, long silent);

        [LoggerMessage(Level = LogLevel.Error, Message = "[PLUGIN: {Plugin}] {Component} failed: {Reason} ({Silent} further faults since the last line)")]
        public static partial void Failed(ILogger logger, string plugin, string component, string reason, long silent);
    }
}
