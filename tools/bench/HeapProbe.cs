using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Bench;

/// <summary>What the heap probe of a measured .NET process answers.</summary>
/// <param name="Allocated">Bytes allocated since the process started.</param>
/// <param name="Gen0">Collections of generation 0.</param>
/// <param name="Gen1">Collections of generation 1.</param>
/// <param name="Gen2">Collections of generation 2.</param>
/// <param name="LargeObjects">Bytes in the large object heap after its last collection.</param>
internal readonly record struct HeapSample(long Allocated, long Gen0, long Gen1, long Gen2, long LargeObjects)
{
    /// <summary>One line as the probe writes it.</summary>
    public static HeapSample Parse(string line)
    {
        long[] numbers = [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        return numbers.Length == 5
            ? new HeapSample(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
            : throw new FormatException($"expected five numbers, got \"{line}\"");
    }
}

/// <summary>Gets a probe into a .NET process that is about to start (tools/bench/allochook), and asks it.</summary>
internal sealed class HeapProbe(string socketPath)
{
    private static readonly string Hook = Path.Combine(AppContext.BaseDirectory, "measured", "AllocHook.dll");

    /// <summary>What the process needs in its environment.</summary>
    public IEnumerable<(string Name, string Value)> Environment =>
        [("DOTNET_STARTUP_HOOKS", Hook), ("GATEWAY_BENCH_HEAP_SOCKET", socketPath)];

    /// <exception cref="BenchException">The process does not answer.</exception>
    public async Task<HeapSample> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            using var reader = new StreamReader(new NetworkStream(socket), Encoding.ASCII);
            string? line = await reader.ReadLineAsync(cancellationToken);
            return HeapSample.Parse(line ?? throw new BenchException("the heap probe closed without an answer"));
        }
        catch (SocketException e)
        {
            throw new BenchException($"the heap probe does not answer: {e.Message}");
        }
    }
}
