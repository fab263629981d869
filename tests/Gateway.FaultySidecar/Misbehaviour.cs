using System.Diagnostics;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;

namespace Gateway.FaultySidecar;

/// <summary>What calls do that are told to misbehave.</summary>
internal static class Misbehaviour
{
    private const int ChunkBytes = 64 << 10;
    private const int HugeBytes = 100 << 20;

    // Kept for ever.
    private static readonly List<byte[]> s_leaked = [];

    /// <summary>Misbehaves.</summary>
    /// <returns>Whether the call then goes on as a good one.</returns>
    public static bool GoesOn(FaultyCall call, CallFault fault)
    {
        var wire = call.Stream.Surroundings.Wire;
        switch (fault.Kind)
        {
            case "": return true;
            // The process.
            case "exit": Native.Exit((int)fault.Number); return false;
            case "kill": Native.Raise(Native.Kill); return false;
            case "stop": Native.Raise(Native.Stop); return true;
            case "hang": wire.GoDeaf(); wire.Spoil(WireFault.Silence); return false;
            case "leak": Leak(fault.Number); return true;
            case "log": Log(); return true;
            case "fork": Process.Start("/usr/bin/sleep", "1000").Dispose(); return true;
            // The connection.
            case "garbage": wire.Spoil(WireFault.Garbage); return false;
            case "half-frame": wire.Spoil(WireFault.HalfFrame); return false;
            case "cut": wire.Spoil(WireFault.Cut); return false;
            case "deaf": wire.GoDeaf(); return true;
            case "slow": wire.GoSlow(fault.Number > 0 ? (int)fault.Number : 4096); return true;
            case "going-away": call.Stream.Send(new() { GoingAway = new() { Reason = "as it was told" } }); return true;
            // The call.
            case "never": return false;
            case "late": _ = FinishLateAsync(call, (int)fault.Number); return false;
            case "refuse": Refuse(call); return false;
            case "twice": call.Finish(call.GoodFinish()); call.Finish(call.GoodFinish()); return false;
            case "unknown-call": call.Stream.Send(new() { CallId = 1UL << 60, Finish = call.GoodFinish() }); return true;
            case "ended-call": call.Finish(call.GoodFinish()); SendChunks(call, 1, 3); return false;
            case "unknown-attempt": call.Finish(new() { Change = new() { Attempt = 99 } }); return false;
            case "proceed-twice": call.Proceed(1); call.Proceed(1); return false;
            case "proceed-after-last": call.Proceed(1, isLast: true); call.Proceed(2); return false;
            case "bad-status": call.Finish(new() { Response = new() { Status = 99999 } }); return false;
            case "bad-header": BadHeader(call); return false;
            case "huge": call.Send(new() { Chunk = new() { StreamId = 1, Data = ByteString.CopyFrom(new byte[HugeBytes]) } }); return false;
            case "flood": Flood(call, (int)fault.Number); return false;
            case "stray-chunk": SendChunks(call, 9, 1); return true;
            case "sip": Sip(call); return false;
            default: call.Finish(new() { Failure = new() { Kind = FailureKind.Internal, Message = $"no fault is called {fault.Kind}" } }); return false;
        }
    }

    private static void Leak(long bytes)
    {
        try
        {
            for (long done = 0; done < bytes; done += 16 << 20)
            {
                var block = new byte[16 << 20];
                Array.Fill(block, (byte)1);
                lock (s_leaked)
                    s_leaked.Add(block);
            }
        }
        catch (OutOfMemoryException)
        {
            Console.Error.WriteLine("ERROR out of memory");
            Native.Exit(1);
        }
    }

    private static void Log()
    {
        var line = new byte[1 << 20];
        Array.Fill(line, (byte)'x');
        using var errors = Console.OpenStandardError();
        errors.Write(line);
    }

    private static async Task FinishLateAsync(FaultyCall call, int milliseconds)
    {
        await Task.Delay(milliseconds);
        call.Finish(call.GoodFinish());
    }

    private static void Refuse(FaultyCall call) => call.Finish(new()
    {
        Failure = new() { Kind = FailureKind.Rejected, Status = 403, Message = "refused", Body = ByteString.CopyFromUtf8("no"), ContentType = "text/plain", IsBodyPublic = true },
    });

    private static void BadHeader(FaultyCall call)
    {
        var finish = call.GoodFinish();
        finish.Response.Headers.Add(new Header { Name = "X-Split\r\nX-Injected", Value = "yes" });
        finish.Response.Headers.Add(new Header { Name = "X-Value", Value = "a\r\nX-Injected: yes" });
        finish.Response.Headers.Add(new Header { Name = "Transfer-Encoding", Value = "chunked" });
        call.Finish(finish);
    }

    // Far more than anybody has allowed.
    private static void Flood(FaultyCall call, int megabytes)
    {
        call.Finish(new() { Response = new() { Status = 200, IsData = call.HasData, Body = new() { StreamId = 1 } } });
        SendChunks(call, 1, (megabytes > 0 ? megabytes : 16) * 16);
    }

    private static void SendChunks(FaultyCall call, uint stream, int count)
    {
        var data = ByteString.CopyFrom(new byte[ChunkBytes]);
        for (var i = 0; i < count; i++)
            call.Send(new() { Chunk = new() { StreamId = stream, Data = data } });
    }

    // Takes the body over, and leaves it.
    private static void Sip(FaultyCall call)
    {
        if (call.Start.RequestBody is { ContentCase: Body.ContentOneofCase.StreamId } body)
            call.Send(new() { Credit = new() { StreamId = body.StreamId, Bytes = 1 } });
    }
}
