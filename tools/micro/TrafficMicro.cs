using System.Globalization;
using System.Net;
using KrakenPlugins.BotDetector;
using KrakenPlugins.CircuitBreaker;
using KrakenPlugins.IpFilter;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Micro;

/// <summary>What decides whether traffic goes on: addresses among many blocks, User-Agents, breakers.</summary>
internal static class TrafficMicro
{
    private const int Blocks = 100_000;
    private const int Peers = 4096;

    public static void Run()
    {
        Console.WriteLine($"{"decision",-34} {"ns",8} {"bytes",6}");
        Addresses("IPv4 among 100,000 blocks", 4, isInside: false);
        Addresses("IPv6 among 100,000 blocks", 16, isInside: false);
        Addresses("IPv4 in one of 100,000 blocks", 4, isInside: true);
        Addresses("IPv6 in one of 100,000 blocks", 16, isInside: true);
        Agent("User-Agent, 20 patterns", "");
        Agent("User-Agent, remembered", ",\"cache_size\":100");
        Breaker();
    }

    private static void Addresses(string name, int size, bool isInside)
    {
        var random = new Random(1);
        var blocks = new string[Blocks];
        for (var i = 0; i < Blocks; i++)
            blocks[i] = string.Create(CultureInfo.InvariantCulture, $"{RandomAddress(random, size)}/{random.Next(size * 6, (size * 8) + 1)}");
        var findings = new ConfigDiagnostics();
        var set = AddressSet.Compile(new ConfigSource(Read("{}"), ConfigPath.Root), "CIDR", blocks, findings)!;
        var peers = new IPAddress[Peers];
        for (var i = 0; i < Peers; i++)
            peers[i] = isInside ? IPAddress.Parse(blocks[random.Next(Blocks)].Split('/')[0]) : RandomAddress(random, size);
        var next = 0;
        var found = 0;
        GuardsMicro.Print(name, () =>
        {
            found += set.Contains(Address.Of(peers[next++ & (Peers - 1)])) ? 1 : 0;
            return true;
        }, static () => { });
    }

    private static void Agent(string name, string more)
    {
        var patterns = string.Join(',', Enumerable.Range(0, 20).Select(static i => $"\"(?i)bot{i}\""));
        var rules = AgentRules.Compile(Read($$"""{"patterns":[{{patterns}}]{{more}}}"""), new ConfigDiagnostics())!;
        const string Agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
        GuardsMicro.Print(name, () => !rules.IsBot(Agent), static () => { });
    }

    private static void Breaker()
    {
        var breaker = new Breaker(3, 60 * TimeProvider.System.TimestampFrequency, TimeProvider.System.TimestampFrequency, TimeProvider.System.GetTimestamp());
        GuardsMicro.Print("call through a closed breaker", () =>
        {
            var refusal = breaker.Enter(TimeProvider.System.GetTimestamp(), out var generation, out _);
            breaker.Exit(TimeProvider.System.GetTimestamp(), generation, Outcome.Success);
            return refusal == Refusal.None;
        }, static () => { });
    }

    private static IPAddress RandomAddress(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return new IPAddress(bytes);
    }

    private static ConfigNode Read(string json) => JsonConfigReader.Read("micro.json", json, new ConfigDiagnostics())!;
}
