using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Credentials;

/// <summary>
/// A value that is fetched when it is first needed and again before it ends. All who need it at once share one fetch; each waits no longer
/// than its own token allows, and none of them ends the fetch, which its source's limit and <see cref="Dispose"/> do. Made to be carried
/// over reloads: whoever needs the value brings the source. Safe for concurrent use.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="time">Clock.</param>
/// <param name="reserve">Time before its end from which on the value is not used any more.</param>
/// <param name="ahead">Time before its end from which on it is renewed beside its use; no more than <paramref name="reserve"/> for never.</param>
public sealed class Renewed<T>(TimeProvider time, TimeSpan reserve, TimeSpan ahead) : IDisposable
    where T : class
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3650);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end = new();
    private Held? _held;
    private Task<Fetched<T>>? _flight;

    /// <summary>The value when it can be used and nothing is to be done about it, else <see langword="null"/>. Allocates nothing.</summary>
    public T? Current => Volatile.Read(ref _held) is { } held && time.GetTimestamp() < held.RenewFrom ? held.Value : null;

    /// <summary>The value, fetched if need be. A token that fires is a failure of kind <see cref="GatewayErrorKind.Timeout"/>.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="cancellationToken">Ends the wait, not the fetch.</param>
    public ValueTask<Fetched<T>> GetAsync(IRenewalSource<T> source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var now = time.GetTimestamp();
        var held = Volatile.Read(ref _held);
        if (held is not null && now < held.RenewFrom)
            return new(held.Outcome);
        var flight = Join(source);
        if (held is not null && now < held.UsableUntil)
            return new(held.Outcome);
        return WaitAsync(flight, cancellationToken);
    }

    /// <summary>Drops a value that turned out to be useless, so that the next one who needs it fetches another.</summary>
    /// <param name="value">The value; another one that came in between stays.</param>
    /// <param name="unlessYoungerThan">A value that has come within this time is kept.</param>
    public void Invalidate(T value, TimeSpan unlessYoungerThan)
    {
        lock (_gate)
        {
            if (_held is { } held && ReferenceEquals(held.Value, value) && time.GetElapsedTime(held.Since) >= unlessYoungerThan)
                Volatile.Write(ref _held, null);
        }
    }

    /// <summary>Ends a fetch under way.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private Task<Fetched<T>> Join(IRenewalSource<T> source)
    {
        lock (_gate)
        {
            if (_flight is { } flight)
                return flight;
            // The fetch belongs to nobody's request: neither its trace nor its exchange go along.
            using (ExecutionContext.SuppressFlow())
                return _flight = Task.Run(() => FlyAsync(source));
        }
    }

    /// <summary>One fetch; never throws.</summary>
    private async Task<Fetched<T>> FlyAsync(IRenewalSource<T> source)
    {
        Fetched<T> outcome;
        try
        {
            using var limit = new CancellationTokenSource(source.Limit, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
            outcome = await source.FetchAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            outcome = new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
        }
        catch (Exception exception)
        {
            outcome = new GatewayError(GatewayErrorKind.Internal, $"the credentials cannot be fetched: {exception.GetType().Name}", exception: exception);
        }
        lock (_gate)
        {
            _flight = null;
            if (outcome.Value is { } value)
                Volatile.Write(ref _held, Hold(value, outcome));
            else
                _held?.PutOff(After(time.GetTimestamp(), s_retry));
        }
        return outcome;
    }

    private Held Hold(T value, in Fetched<T> outcome)
    {
        var now = time.GetTimestamp();
        if (outcome.GoodFor is not { } goodFor || goodFor > s_longest)
            return new Held(value, outcome, now, long.MaxValue, long.MaxValue);
        var usableUntil = After(now, goodFor - reserve);
        return new Held(value, outcome, now, Math.Min(usableUntil, After(now, goodFor - ahead)), usableUntil);
    }

    private long After(long now, TimeSpan span) => now + (long)(span.TotalSeconds * time.TimestampFrequency);

    private static async ValueTask<Fetched<T>> WaitAsync(Task<Fetched<T>> flight, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
        }
    }

    private sealed class Held(T value, Fetched<T> outcome, long since, long renewFrom, long usableUntil)
    {
        private long _renewFrom = renewFrom;

        public T Value => value;
        public Fetched<T> Outcome => outcome;
        public long Since => since;
        public long UsableUntil => usableUntil;
        public long RenewFrom => Volatile.Read(ref _renewFrom);

        /// <summary>Uses the value a little longer before the next attempt to renew it.</summary>
        public void PutOff(long until) => Volatile.Write(ref _renewFrom, Math.Min(until, usableUntil));
    }
}
