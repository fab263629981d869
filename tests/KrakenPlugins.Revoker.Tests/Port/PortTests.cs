using System.Net.Sockets;
using Gateway.Testing;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Port;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.Port;

public sealed class PortTests
{
    [Fact, Spec("AUT-072", "AUT-251")]
    public async Task Elements_are_added_and_looked_up()
    {
        await using var wire = new Wire();
        await using var client = await wire.ClientAsync();

        await client.AddAsync([Wire.Element("jti", 1), Wire.Element("jti", 2)]);

        Assert.True(await client.CheckAsync(Wire.Element("jti", 1)));
        Assert.False(await client.CheckAsync(Wire.Element("jti", 3)));
        Assert.True(wire.Filter.Has(Wire.Element("jti", 2)));
    }

    [Fact, Spec("AUT-251")]
    public async Task The_bytes_of_the_protocol_are_those_of_the_manual()
    {
        await using var wire = new Wire();
        using var socket = await wire.ConnectAsync();

        var greeting = await Wire.CallAsync(socket, Wire.Bytes("'KPRV' 01"), 22);
        var added = await Wire.CallAsync(socket, Wire.Bytes("03 00000007 0005 'jti-a'"), 5);
        var found = await Wire.CallAsync(socket, Wire.Bytes("04 0000000e 0005 'jti-a' 0005 'jti-b'"), 7);

        Assert.Equal(Wire.Bytes("'KPRV' 01 00"), greeting[..6]);
        Assert.Equal("0000000000", Convert.ToHexString(added));
        Assert.Equal("00000000020100", Convert.ToHexString(found));
    }

    [Fact, Spec("AUT-072")]
    public async Task A_union_brings_everything_and_a_fetch_takes_it()
    {
        await using var wire = new Wire();
        await using var client = await wire.ClientAsync();
        using var mine = new RotatingFilter(Wire.Settings, TimeProvider.System);
        mine.Add("jti-mine"u8);
        wire.Filter.Add("jti-theirs"u8);

        await client.UniteAsync(mine);
        await client.FetchAsync(mine);

        Assert.True(wire.Filter.Has("jti-mine"u8));
        Assert.True(mine.Has("jti-theirs"u8));
    }

    [Fact, Spec("AUT-072")]
    public async Task Other_settings_are_refused_and_the_connection_goes_on()
    {
        await using var wire = new Wire();
        await using var client = await wire.ClientAsync();
        var settings = Wire.Settings with { Count = 999 };
        using var mine = new RotatingFilter(settings, TimeProvider.System);
        mine.Add("jti-a"u8);

        Assert.Contains("other settings", (await Assert.ThrowsAsync<PortException>(() => client.CompareAsync(settings))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PortException>(() => client.UniteAsync(mine));
        await client.CompareAsync(Wire.Settings);

        Assert.False(wire.Filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-257")]
    public async Task Where_a_key_is_asked_for_nothing_works_without_it()
    {
        await using var wire = new Wire("secret"u8.ToArray());

        await Assert.ThrowsAsync<PortException>(() => wire.ClientAsync("wrong"));
        using (var socket = await wire.ConnectAsync())
        {
            await Wire.CallAsync(socket, Wire.Bytes("'KPRV' 01"), 22);
            var answer = await Wire.CallAsync(socket, Wire.Bytes("03 00000007 0005 'jti-a'"), 1);
            Assert.Equal("02", Convert.ToHexString(answer));
            Assert.True(await Wire.IsClosedAsync(socket));
        }
        Assert.False(wire.Filter.Has("jti-a"u8));

        await using var client = await wire.ClientAsync("secret");
        await client.AddAsync(["jti-a"u8.ToArray()]);
        Assert.True(wire.Filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-257")]
    public async Task A_proof_of_the_key_cannot_be_used_again()
    {
        var key = "secret"u8.ToArray();
        await using var wire = new Wire(key);
        using var first = await wire.ConnectAsync();
        var greeting = await Wire.CallAsync(first, Wire.Bytes("'KPRV' 01"), 22);
        var proof = PortProtocol.Frame((byte)PortOperation.Key, PortProtocol.Proof(key, greeting.AsSpan(6)));
        Assert.Equal("0000000000", Convert.ToHexString(await Wire.CallAsync(first, proof, 5)));
        using var second = await wire.ConnectAsync();
        await Wire.CallAsync(second, Wire.Bytes("'KPRV' 01"), 22);

        Assert.Equal("02", Convert.ToHexString(await Wire.CallAsync(second, proof, 1)));
    }

    [Theory, Spec("AUT-257")]
    [InlineData("")]
    [InlineData("the key that was stolen")]
    public async Task A_connection_from_before_a_reload_has_to_show_the_new_key(string before)
    {
        await using var wire = new Wire(before.Length > 0 ? System.Text.Encoding.UTF8.GetBytes(before) : null);
        await using var client = await wire.ClientAsync(before);
        await client.AddAsync(["jti-a"u8.ToArray()]);

        wire.Attach("another key"u8.ToArray());

        Assert.Contains("key is needed", (await Assert.ThrowsAsync<PortException>(() => client.AddAsync(["jti-b"u8.ToArray()]))).Message, StringComparison.Ordinal);
        Assert.False(wire.Filter.Has("jti-b"u8));
        await using var again = await wire.ClientAsync("another key");
        await again.AddAsync(["jti-b"u8.ToArray()]);
        Assert.True(wire.Filter.Has("jti-b"u8));
    }

    [Theory, Spec("AUT-251")]
    [InlineData("'GET' 20 '/' 20 'HTTP/1.1' 0d0a0d0a")]
    [InlineData("16030100")]
    [InlineData("'KPRV' 07")]
    [InlineData("'KPXX' 01")]
    [InlineData("'KPRV' 01 03 ffffffff")]
    [InlineData("'KPRV' 01 02 00100000")]
    [InlineData("'KPRV' 01 63 00000000")]
    [InlineData("'KPRV' 01 03 00000003 0005 41")]
    [InlineData("'KPRV' 01 03 00000002 0000")]
    [InlineData("'KPRV' 01 03 00000001 00")]
    [InlineData("'KPRV' 01 02 00000004 'nope'")]
    [InlineData("2f ff81 03 01 01 ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("05 ff81 f8ffff")]
    [InlineData("7f ff")]
    public async Task Garbage_half_frames_and_impossible_lengths_end_the_connection_and_nothing_else(string bytes)
    {
        await using var wire = new Wire();
        using var socket = await wire.ConnectAsync();

        await socket.SendAsync(Wire.Bytes(bytes));
        socket.Shutdown(SocketShutdown.Send);

        Assert.True(await Wire.IsClosedAsync(socket));
        Assert.Equal(0, wire.Filter.Capacity);
        await using var client = await wire.ClientAsync();
        await client.AddAsync(["jti-a"u8.ToArray()]);
    }

    [Fact, Spec("AUT-251")]
    public async Task Nothing_of_a_batch_that_is_broken_counts()
    {
        await using var wire = new Wire();
        using var socket = await wire.ConnectAsync();
        await Wire.CallAsync(socket, Wire.Bytes("'KPRV' 01"), 22);

        await socket.SendAsync(Wire.Bytes("03 0000000a 0005 'jti-a' 0005 'x'"));

        Assert.True(await Wire.IsClosedAsync(socket));
        Assert.False(wire.Filter.Has("jti-a"u8));
    }

    [Theory, Spec("AUT-251")]
    [InlineData("")]
    [InlineData("'K'")]
    [InlineData("'KPRV' 01 03 0000")]
    [InlineData("'KPRV' 01 03 00010000 0005")]
    [InlineData("2f ff81")]
    public async Task Who_sends_slowly_loses_the_connection(string bytes)
    {
        var time = new ManualTime();
        await using var wire = new Wire(time: time);
        using var socket = await wire.ConnectAsync();
        if (bytes.Length > 0)
            await socket.SendAsync(Wire.Bytes(bytes));

        var closed = Wire.IsClosedAsync(socket);
        await Gateway.Testing.Wait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return closed.IsCompleted;
        }, () => "the connection was never closed");

        Assert.True(await closed);
    }

    [Fact, Spec("AUT-251")]
    public async Task Connections_that_are_only_held_open_keep_no_revocation_out()
    {
        await using var wire = new Wire();
        var held = new List<Socket>();
        for (var i = 0; i < 300; i++)
            held.Add(await wire.ConnectAsync());

        await using (var client = await wire.ClientAsync())
            await client.AddAsync(["jti-a"u8.ToArray()]);

        Assert.True(wire.Filter.Has("jti-a"u8));
        held.ForEach(static socket => socket.Dispose());
    }

    [Fact, Spec("AUT-072")]
    public async Task A_million_pushes_take_no_more_memory_than_one()
    {
        await using var wire = new Wire();
        await using var client = await wire.ClientAsync();
        var batch = Enumerable.Range(0, 10_000).Select(static i => Wire.Element("jti", i)).ToArray();
        await client.AddAsync(batch);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 100; i++)
            await client.AddAsync(batch);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 << 20);
    }

    [Fact, Spec("AUT-251")]
    public async Task A_length_alone_costs_no_memory()
    {
        await using var wire = new Wire();
        var sockets = new List<Socket>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 100; i++)
        {
            var socket = await wire.ConnectAsync();
            sockets.Add(socket);
            await Wire.CallAsync(socket, Wire.Bytes("'KPRV' 01"), 22);
            await socket.SendAsync(Wire.Bytes("03 003fffff 0005"));
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: false) - before, long.MinValue, 40 << 20);
        sockets.ForEach(static socket => socket.Dispose());
    }
}
