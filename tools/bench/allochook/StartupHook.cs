using System.Globalization;
using System.Net.Sockets;
using System.Text;

/// <summary>
/// Loaded into a measured process through <c>DOTNET_STARTUP_HOOKS</c>, so that the product needs no code for being measured.
/// Each connection to the Unix socket named by <c>GATEWAY_BENCH_HEAP_SOCKET</c> is answered with one line:
/// bytes allocated since start, collections of generation 0, 1 and 2, bytes in the large object heap after its last collection.
/// </summary>
internal static class StartupHook
{
    private const string SocketVariable = "GATEWAY_BENCH_HEAP_SOCKET";
    private const int LargeObjectHeap = 3;

    public static void Initialize()
    {
        string? path = Environment.GetEnvironmentVariable(SocketVariable);
        if (string.IsNullOrEmpty(path))
            return;
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        // A thread of its own, blocked in accept, adds nothing to the thread pool that the measured code runs on.
        new Thread(() => Answer(listener)) { IsBackground = true, Name = "bench heap probe" }.Start();
    }

    private static void Answer(Socket listener)
    {
        while (true)
        {
            using Socket client = listener.Accept();
            ReadOnlySpan<GCGenerationInfo> generations = GC.GetGCMemoryInfo(GCKind.Any).GenerationInfo;
            long large = generations.Length > LargeObjectHeap ? generations[LargeObjectHeap].SizeAfterBytes : 0;
            string line = string.Create(CultureInfo.InvariantCulture,
                $"{GC.GetTotalAllocatedBytes(precise: true)} {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)} {large}\n");
            client.Send(Encoding.ASCII.GetBytes(line));
        }
    }
}
