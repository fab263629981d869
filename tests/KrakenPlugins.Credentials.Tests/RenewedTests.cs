using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Credentials.Tests;

public sealed class RenewedTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_ten = TimeSpan.FromSeconds(10);

    [Fact, Spec("AUT-119")]
    public async Task Those_who_need_it_at_once_share_one_fetch()
    {
        var source = new Source();
        using var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);

        var waiting = Enumerable.Range(0, 50).Select(_ => renewed.GetAsync(source, CancellationToken.None).AsTask()).ToArray();
        source.Next.SetResult(new("value", s_hour, null));

        Assert.All(await Task.WhenAll(waiting), static fetched => Assert.Equal("value", fetched.Value));
        Assert.Equal(1, source.Fetches);
    }

    [Fact, Spec("AUT-119", "AUT-121")]
    public async Task One_who_leaves_ends_its_own_wait_and_not_the_fetch()
    {
        var source = new Source();
        using var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);
        using var leaving = new CancellationTokenSource();

        var first = renewed.GetAsync(source, leaving.Token).AsTask();
        var second = renewed.GetAsync(source, CancellationToken.None).AsTask();
        await leaving.CancelAsync();
        Assert.Equal(GatewayErrorKind.Timeout, (await first).Error!.Kind);
        source.Next.SetResult(new("value", s_hour, null));

        Assert.Equal("value", (await second).Value);
        Assert.Equal(1, source.Fetches);
    }

    [Fact, Spec("AUT-118")]
    public async Task It_is_used_until_the_reserve_before_its_end()
    {
        var time = new ShiftedTime();
        var source = new Source(new("first", TimeSpan.FromSeconds(60), null), new("second", null, null));
        using var renewed = new Renewed<string>(time, s_ten, s_ten);

        await renewed.GetAsync(source, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal("first", renewed.Current);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(renewed.Current);
        Assert.Equal("second", (await renewed.GetAsync(source, CancellationToken.None)).Value);
        time.Advance(TimeSpan.FromDays(5000));

        Assert.Equal("second", renewed.Current);
    }

    [Fact]
    public async Task A_value_that_ends_sooner_than_the_reserve_serves_those_who_waited_for_it()
    {
        var source = new Source(new("first", TimeSpan.FromSeconds(5), null), new("second", TimeSpan.FromSeconds(5), null));
        using var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);

        Assert.Equal("first", (await renewed.GetAsync(source, CancellationToken.None)).Value);
        Assert.Equal("second", (await renewed.GetAsync(source, CancellationToken.None)).Value);
    }

    [Fact, Spec("AUT-145")]
    public async Task It_is_renewed_beside_its_use_and_a_failure_then_harms_nobody()
    {
        var time = new ShiftedTime();
        var source = new Source(new Fetched<string>("first", TimeSpan.FromSeconds(600), null), new GatewayError(GatewayErrorKind.Connection, "down"));
        using var renewed = new Renewed<string>(time, s_ten, TimeSpan.FromSeconds(300));

        await renewed.GetAsync(source, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(310));
        Assert.Equal("first", (await renewed.GetAsync(source, CancellationToken.None)).Value);
        await Wait.UntilAsync(() => source.Fetches == 2 && renewed.Current == "first", () => $"{source.Fetches} fetches");
        source.Next.SetResult(new("second", s_hour, null));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("first", (await renewed.GetAsync(source, CancellationToken.None)).Value);

        await Wait.UntilAsync(() => renewed.Current == "second", () => $"{source.Fetches} fetches");
        Assert.Equal(3, source.Fetches);
    }

    [Fact, Spec("AUT-120")]
    public async Task After_a_failure_the_next_one_tries_again()
    {
        var source = new Source(new GatewayError(GatewayErrorKind.Status, "no"), new Fetched<string>("value", s_hour, null));
        using var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);

        Assert.Equal("no", (await renewed.GetAsync(source, CancellationToken.None)).Error!.Message);
        Assert.Equal("value", (await renewed.GetAsync(source, CancellationToken.None)).Value);
    }

    [Fact, Spec("AUT-121")]
    public async Task A_fetch_ends_with_its_limit()
    {
        var source = new Source { Limit = TimeSpan.FromMilliseconds(50) };
        using var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);

        var fetched = await renewed.GetAsync(source, CancellationToken.None);

        Assert.Equal(GatewayErrorKind.Timeout, fetched.Error!.Kind);
    }

    [Fact, Spec("AUT-121")]
    public async Task A_fetch_ends_when_the_value_is_disposed()
    {
        var source = new Source { Limit = s_hour };
        var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);

        var waiting = renewed.GetAsync(source, CancellationToken.None).AsTask();
        await Wait.UntilAsync(() => source.Fetches == 1, () => "no fetch");
        renewed.Dispose();

        Assert.Equal(GatewayErrorKind.Timeout, (await waiting).Error!.Kind);
    }

    [Fact]
    public async Task A_source_that_throws_is_a_failure_without_its_message()
    {
        var source = new Source();
        source.Next.SetException(new InvalidOperationException("secret"));
        using var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);

        var fetched = await renewed.GetAsync(source, CancellationToken.None);

        Assert.DoesNotContain("secret", fetched.Error!.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-124", "AUT-286")]
    public async Task A_useless_value_is_dropped_once_it_has_settled()
    {
        var time = new ShiftedTime();
        var source = new Source(new("first", s_hour, null), new("second", s_hour, null));
        using var renewed = new Renewed<string>(time, s_ten, s_ten);
        var first = (await renewed.GetAsync(source, CancellationToken.None)).Value!;

        renewed.Invalidate(first, TimeSpan.FromSeconds(5));
        Assert.Equal("first", renewed.Current);
        time.Advance(TimeSpan.FromSeconds(6));
        renewed.Invalidate(first, TimeSpan.FromSeconds(5));
        Assert.Null(renewed.Current);
        await renewed.GetAsync(source, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(6));
        renewed.Invalidate(first, TimeSpan.FromSeconds(5));

        Assert.Equal("second", renewed.Current);
    }

    [Fact]
    public async Task Looking_at_it_allocates_nothing()
    {
        var source = new Source(new Fetched<string>("value", s_hour, null));
        using var renewed = new Renewed<string>(TimeProvider.System, s_ten, s_ten);
        await renewed.GetAsync(source, CancellationToken.None);

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                _ = renewed.Current;
        }));
    }

    private sealed class Source : IRenewalSource<string>
    {
        private readonly Queue<Fetched<string>> _outcomes;
        private int _fetches;

        public Source(params Fetched<string>[] outcomes) => _outcomes = new(outcomes);

        public TaskCompletionSource<Fetched<string>> Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Fetches => Volatile.Read(ref _fetches);

        public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

        public async ValueTask<Fetched<string>> FetchAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _fetches);
            return _outcomes.TryDequeue(out var outcome) ? outcome : await Next.Task.WaitAsync(cancellationToken);
        }
    }
}
