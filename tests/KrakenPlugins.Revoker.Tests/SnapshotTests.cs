using Gateway.Testing;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.State;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KrakenPlugins.Revoker.Tests;

public sealed class SnapshotTests : IDisposable
{
    private static readonly FilterSettings s_settings = new(5000, 0.001, 100, HashName.Optimal);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("revoker-").FullName;

    private string File => Path.Combine(_folder, "revoked.kprs");

    [Fact, Spec("AUT-253")]
    public async Task Revocations_outlive_a_restart_and_so_does_the_time_of_rotation()
    {
        _time.Advance(TimeSpan.FromSeconds(30));
        await StoreAsync();
        _time.Advance(TimeSpan.FromSeconds(100));

        using var filter = new RotatingFilter(s_settings, _time);
        await using var snapshot = await RestoreAsync(filter);

        Assert.True(filter.Has("jti-a"u8));
        Assert.False(filter.Has("jti-b"u8));
        Assert.Equal(30, filter.Age.TotalSeconds);
        _time.Advance(TimeSpan.FromSeconds(169));
        Assert.True(filter.Has("jti-a"u8));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-253")]
    public async Task Only_its_owner_can_read_it_and_nothing_else_is_left_behind()
    {
        await StoreAsync();

        Assert.Equal([File], Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact, Spec("AUT-253")]
    public async Task It_is_written_every_interval_when_something_has_changed()
    {
        using var filter = new RotatingFilter(s_settings, _time);
        await using var snapshot = await RestoreAsync(filter);
        filter.Add("jti-a"u8);

        _time.Advance(s_interval);

        await Wait.UntilAsync(() => System.IO.File.Exists(File), () => "no snapshot was written");
    }

    [Fact, Spec("AUT-254")]
    public async Task One_whose_revocations_have_all_expired_is_no_reason_to_refuse()
    {
        await StoreAsync();
        _time.Advance(TimeSpan.FromSeconds(300));

        using var filter = new RotatingFilter(s_settings with { Count = 7 }, _time);
        await using var snapshot = await RestoreAsync(filter);

        Assert.Equal(0, filter.Capacity);
    }

    [Theory, Spec("AUT-254")]
    [InlineData(4999, 0.001, 100, "optimal")]
    [InlineData(5000, 0.002, 100, "optimal")]
    [InlineData(5000, 0.001, 101, "optimal")]
    [InlineData(5000, 0.001, 100, "default")]
    public async Task One_of_other_settings_refuses_the_start(long count, double probability, long ttl, string hash)
    {
        await StoreAsync();
        using var filter = new RotatingFilter(new FilterSettings(count, probability, ttl, FilterSettings.ParseHash(hash)!.Value), _time);

        var refusal = await Assert.ThrowsAsync<SnapshotException>(() => RestoreAsync(filter));

        Assert.Contains("it was made for N 5000", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("remove it", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-254")]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(200)]
    public async Task A_broken_one_refuses_the_start(int position)
    {
        await StoreAsync();
        var content = await System.IO.File.ReadAllBytesAsync(File);
        if (position < 0)
            content = content[..^10];
        else
            content[position] ^= 1;
        await System.IO.File.WriteAllBytesAsync(File, content);
        using var filter = new RotatingFilter(s_settings, _time);

        await Assert.ThrowsAsync<SnapshotException>(() => RestoreAsync(filter));
        Assert.Equal(0, filter.Capacity);
    }

    [Fact, Spec("AUT-254")]
    public async Task An_empty_file_refuses_the_start()
    {
        await System.IO.File.WriteAllTextAsync(File, "");
        using var filter = new RotatingFilter(s_settings, _time);

        await Assert.ThrowsAsync<SnapshotException>(() => RestoreAsync(filter));
    }

    [Fact, Spec("AUT-253")]
    public async Task A_folder_that_cannot_be_written_is_told_and_does_not_end_anything()
    {
        using var filter = new RotatingFilter(s_settings, _time);
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "removed"));
        var snapshot = new Snapshot(filter, isNew: true, Path.Combine(folder.FullName, "revoked.kprs"), _time);
        await snapshot.StartAsync(s_interval, NullLogger.Instance);
        filter.Add("jti-a"u8);
        folder.Delete();

        await snapshot.DisposeAsync();

        Assert.True(filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-254")]
    public async Task A_folder_that_is_not_there_refuses_the_start()
    {
        using var filter = new RotatingFilter(s_settings, _time);
        var snapshot = new Snapshot(filter, isNew: true, Path.Combine(_folder, "not-mounted", "revoked.kprs"), _time);

        var refusal = await Assert.ThrowsAsync<SnapshotException>(() => snapshot.StartAsync(s_interval, NullLogger.Instance));

        Assert.Contains("its folder does not exist", refusal.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-255")]
    public async Task A_reload_that_takes_up_an_older_file_makes_no_filter_that_serves_forget()
    {
        await StoreAsync();
        _time.Advance(TimeSpan.FromSeconds(250));
        using var filter = new RotatingFilter(s_settings, _time);
        filter.Add("jti-now"u8);

        await using var snapshot = await RestoreAsync(filter, isNew: false);

        Assert.True(filter.Has("jti-a"u8));
        _time.Advance(TimeSpan.FromSeconds(199));
        Assert.True(filter.Has("jti-now"u8));
    }

    [Fact, Spec("AUT-253")]
    public async Task A_reload_can_change_the_interval()
    {
        using var filter = new RotatingFilter(s_settings, _time);
        await using var snapshot = await RestoreAsync(filter);
        await snapshot.StartAsync(s_interval / 10, NullLogger.Instance);
        filter.Add("jti-a"u8);

        _time.Advance(s_interval / 10);

        await Wait.UntilAsync(() => System.IO.File.Exists(File), () => "no snapshot was written");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task StoreAsync()
    {
        using var filter = new RotatingFilter(s_settings, _time);
        // In step with the clock of the test.
        filter.Resume(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var snapshot = await RestoreAsync(filter);
        filter.Add("jti-a"u8);
        await snapshot.DisposeAsync();
    }

    private async Task<Snapshot> RestoreAsync(RotatingFilter filter, bool isNew = true)
    {
        var snapshot = new Snapshot(filter, isNew, File, _time);
        await snapshot.StartAsync(s_interval, NullLogger.Instance);
        return snapshot;
    }
}
