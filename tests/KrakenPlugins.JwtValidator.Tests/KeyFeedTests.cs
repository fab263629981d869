using System.Text;
using Gateway.Testing;
using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Keys;
using KrakenPlugins.JwtValidator.Validation;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KrakenPlugins.JwtValidator.Tests;

/// <summary>Who waits for a download, and who does not.</summary>
public sealed class KeyFeedTests
{
    private readonly ShiftedTime _time = new();
    private readonly List<TaskCompletionSource<JwkResult>> _downloads = [];
    private readonly KeyFeed _feed;

    public KeyFeedTests() => _feed = new KeyFeed("test", cancellation =>
    {
        var download = new TaskCompletionSource<JwkResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_downloads)
            _downloads.Add(download);
        return new ValueTask<JwkResult>(download.Task.WaitAsync(cancellation));
    }, _time, NullLogger.Instance);

    [Fact]
    [Spec("AUT-040")]
    public async Task A_thousand_waiters_share_one_download()
    {
        var keys = Keys(TimeSpan.FromMinutes(1));
        var waiting = Enumerable.Range(0, 1000).Select(_ => keys.FetchAsync("k1", CancellationToken.None).AsTask()).ToArray();

        await FinishAsync(0, Issuer.Key);
        var found = await Task.WhenAll(waiting);

        Assert.All(found, static each => Assert.NotNull(each.Ring));
        Assert.Single(_downloads);
    }

    [Fact]
    [Spec("AUT-040")]
    public async Task A_caller_that_leaves_ends_the_download_for_nobody_else()
    {
        var keys = Keys(TimeSpan.FromMinutes(1), new KeyMisses(TimeSpan.FromSeconds(10), 8, _time));
        using var leaving = new CancellationTokenSource();
        var first = keys.FetchAsync("k1", leaving.Token).AsTask();
        var second = keys.FetchAsync("k1", CancellationToken.None).AsTask();

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await FinishAsync(0, Issuer.Key);

        Assert.NotNull((await second).Ring);
        Assert.Equal(KeyAnswer.Found, keys.Find("k1"u8, out _));
        Assert.Single(_downloads);
    }

    [Fact]
    [Spec("AUT-040")]
    public async Task Known_keys_are_found_while_a_download_hangs()
    {
        var keys = Keys(TimeSpan.FromMinutes(1));
        var first = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await FinishAsync(0, Issuer.Key);
        await first;

        var unknown = keys.FetchAsync("other", CancellationToken.None).AsTask();
        await StartedAsync(1);

        Assert.Equal(KeyAnswer.Found, keys.Find("k1"u8, out _));
        Assert.False(unknown.IsCompleted);
        await FinishAsync(1, Issuer.Key);
        Assert.Equal(Refusal.UnknownKey, (await unknown).Refusal);
    }

    [Fact]
    [Spec("AUT-039")]
    public async Task A_download_that_began_before_a_request_is_repeated_for_a_key_it_lacks()
    {
        var keys = Keys(TimeSpan.FromMinutes(1));
        var early = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await StartedAsync(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var late = keys.FetchAsync("k2", CancellationToken.None).AsTask();

        await FinishAsync(0, Issuer.Key);
        await early;
        await FinishAsync(1, Issuer.Key, Issuer.Other);

        Assert.NotNull((await late).Ring);
    }

    [Fact]
    [Spec("AUT-038", "AUT-039")]
    public async Task A_failed_download_is_the_answer_of_all_who_waited_and_cools_its_key_down()
    {
        var keys = Keys(TimeSpan.FromMinutes(1), new KeyMisses(TimeSpan.FromSeconds(10), 8, _time));
        var waiting = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await StartedAsync(0);

        _downloads[0].SetResult(JwkResult.Failed("it is down"));

        Assert.Equal((Refusal.NoKeys, "it is down"), (await waiting is var failed ? (failed.Refusal, failed.Detail) : default));
        Assert.Equal(KeyAnswer.Refused, keys.Find("k1"u8, out _));
        Assert.Equal(KeyAnswer.NeedsFetch, keys.Find("k2"u8, out _));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(KeyAnswer.NeedsFetch, keys.Find("k1"u8, out _));
    }

    [Fact]
    [Spec("AUT-224")]
    public void The_table_of_misses_stays_small_and_known_names_pass_it()
    {
        var misses = new KeyMisses(TimeSpan.FromSeconds(10), 3, _time);

        var begun = Enumerable.Range(0, 1000).Count(i => misses.TryBegin($"random-{i}", isStranger: true, out _));

        Assert.Equal(3, begun);
        Assert.True(misses.TryBegin("known", isStranger: false, out _));
        Assert.False(misses.Forbids("random-1"u8, isStranger: true));
        foreach (var name in (string[])["random-0", "random-1", "random-2"])
        {
            Assert.False(misses.Forbids("random-500"u8, isStranger: true));
            misses.End(name, isFound: false);
        }
        Assert.True(misses.Forbids("random-500"u8, isStranger: true));
        Assert.True(misses.Forbids("random-1"u8, isStranger: true));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.True(misses.TryBegin("another", isStranger: true, out _));
    }

    [Fact]
    [Spec("AUT-224", "AUT-040")]
    public async Task Keys_that_all_wait_for_the_first_download_need_no_place_each()
    {
        var keys = Keys(TimeSpan.FromMinutes(1), new KeyMisses(TimeSpan.FromSeconds(10), 1, _time));
        var first = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await StartedAsync(0);
        Assert.Equal(KeyAnswer.NeedsFetch, keys.Find("k2"u8, out _));
        var second = keys.FetchAsync("k2", CancellationToken.None).AsTask();

        await FinishAsync(0, Issuer.Key, Issuer.Other);

        Assert.NotNull((await first).Ring);
        Assert.NotNull((await second).Ring);
        Assert.Single(_downloads);
    }

    [Fact]
    [Spec("AUT-224", "AUT-039")]
    public async Task A_key_published_while_another_is_looked_for_takes_its_place_afterwards()
    {
        var keys = Keys(TimeSpan.FromMinutes(1), new KeyMisses(TimeSpan.FromSeconds(10), 1, _time));
        var first = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await StartedAsync(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var second = keys.FetchAsync("k2", CancellationToken.None).AsTask();

        await FinishAsync(0, Issuer.Key);
        Assert.NotNull((await first).Ring);
        await FinishAsync(1, Issuer.Key, Issuer.Other);

        Assert.NotNull((await second).Ring);
    }

    [Fact]
    [Spec("AUT-224", "AUT-039")]
    public async Task Expired_keys_of_a_provider_that_is_down_cool_down_although_strangers_have_taken_the_places()
    {
        var keys = Keys(TimeSpan.FromMinutes(1), new KeyMisses(TimeSpan.FromSeconds(10), 1, _time));
        var first = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await FinishAsync(0, Issuer.Key);
        await first;
        _time.Advance(TimeSpan.FromMinutes(2));
        var invented = keys.FetchAsync("invented", CancellationToken.None).AsTask();
        await StartedAsync(1);
        _downloads[1].SetResult(JwkResult.Failed("it is down"));
        Assert.Equal(Refusal.NoKeys, (await invented).Refusal);

        Assert.Equal(KeyAnswer.NeedsFetch, keys.Find("k1"u8, out _));
        var expired = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await StartedAsync(2);
        _downloads[2].SetResult(JwkResult.Failed("it is down"));

        Assert.Equal(Refusal.NoKeys, (await expired).Refusal);
        Assert.Equal(KeyAnswer.Refused, keys.Find("k1"u8, out _));
        Assert.Equal(3, _downloads.Count);
    }

    [Fact]
    public async Task The_end_of_the_configuration_ends_its_download()
    {
        var keys = Keys(TimeSpan.FromMinutes(1));
        var waiting = keys.FetchAsync("k1", CancellationToken.None).AsTask();
        await StartedAsync(0);

        keys.Dispose();

        Assert.Equal(Refusal.NoKeys, (await waiting).Refusal);
    }

    private DownloadedKeys Keys(TimeSpan lifetime, KeyMisses? misses = null)
    {
        _feed.Attach(new KeyMemory());
        return new DownloadedKeys(_feed, new KeyPolicy { Algorithm = JwsAlgorithm.RS256, Identification = JwkIdentification.Kid, Lifetime = lifetime }, misses, _time);
    }

    private Task StartedAsync(int download) => Wait.UntilAsync(() =>
    {
        lock (_downloads)
            return _downloads.Count > download;
    }, static () => "no download began");

    private async Task FinishAsync(int download, params TestKey[] keys)
    {
        await StartedAsync(download);
        _downloads[download].SetResult(JwkResult.Of(Issuer.Keys(keys), Encoding.UTF8.GetBytes(Issuer.Set(keys))));
    }
}
