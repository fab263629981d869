using System.Globalization;

namespace Gateway.Bench;

/// <summary>The command line of the bench.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        usage: bench [load|routes|plugins|reload|tokens|cache|sidecar] [options]

          load                 the scenarios against nginx, the bare pass-through and the gateway (default)
          routes               the gateway with 5 and with 5,000 endpoints: start time, throughput on the last one
          plugins              the gateway with 0, 1 and 30 plugins, and with 30 that it does not use: start time, memory
          reload               64 connections while configuration and plugin are replaced every second, and without
          tokens               an endpoint with auth/validator (RS256), with and without token_cache, against one without
          cache                S1 with qos/http-cache, answered from the cache, against S1 without
          sidecar              S1 with a plugin in a process of its own, against the same in process and none

          --gateway PATH       the gateway's executable or .dll, default artifacts/gateway/gateway
          --skip-gateway       nginx and the pass-through only
          --scenarios S1,S3    only these (S1 S2 S3 S4 S5a S5b S6)
          --rounds N           measured runs of each, interleaved; medians are reported (3; plugins 15)
          --duration SECONDS   of one measured run (10; reload 60)
          --warmup SECONDS     before the first run of each (12)
          --quick              one round, 3 s after 3 s of warm-up: shape, not numbers
          --plugin FOLDER      plugins: the one plugin (martian beside the gateway, or one that does nothing)
          --value JSON         plugins: the value of its namespace ({}, for martian a header)
          --output FILE        the report as Markdown, besides standard output
        """;

    // Starts are short, and it is their small differences that are looked for.
    private const int ManyRounds = 15;

    // Seconds; what is rare needs time to happen.
    private const int LongRun = 60;

    public BenchMode Mode { get; init; }
    public string? GatewayPath { get; init; }
    public bool SkipGateway { get; init; }
    public IReadOnlyList<string>? Scenarios { get; init; }
    public int Rounds { get; init; } = 3;
    /// <summary>Seconds.</summary>
    public int Duration { get; init; } = 10;
    /// <summary>Seconds.</summary>
    public int Warmup { get; init; } = 12;
    /// <summary>Folder of the plugin that is loaded alone.</summary>
    public string? PluginFolder { get; init; }
    /// <summary>JSON of its namespace.</summary>
    public string? PluginValue { get; init; }
    public string? Output { get; init; }

    /// <exception cref="BenchException">An option is unknown, lacks its value, or the value is out of range.</exception>
    public static BenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions();
        if (arguments.Length > 0 && ModeOf(arguments[0]) is { } mode)
        {
            options = options with { Mode = mode, Rounds = mode == BenchMode.Plugins ? ManyRounds : options.Rounds, Duration = mode == BenchMode.Reload ? LongRun : options.Duration };
            arguments = arguments[1..];
        }
        while (arguments.Length > 0)
        {
            string name = arguments[0];
            string? value = arguments.Length > 1 ? arguments[1] : null;
            (options, int used) = name switch
            {
                "--skip-gateway" => (options with { SkipGateway = true }, 1),
                "--quick" => (options with { Rounds = 1, Duration = 3, Warmup = 3 }, 1),
                "--gateway" => (options with { GatewayPath = Required(name, value) }, 2),
                "--output" => (options with { Output = Required(name, value) }, 2),
                "--scenarios" => (options with { Scenarios = Names(Required(name, value)) }, 2),
                "--plugin" when options.Mode == BenchMode.Plugins => (options with { PluginFolder = Required(name, value) }, 2),
                "--value" when options.Mode == BenchMode.Plugins => (options with { PluginValue = Required(name, value) }, 2),
                "--rounds" => (options with { Rounds = Positive(name, value) }, 2),
                "--duration" => (options with { Duration = Positive(name, value) }, 2),
                "--warmup" => (options with { Warmup = Positive(name, value) }, 2),
                _ => throw new BenchException($"unknown option {name}\n{Usage}"),
            };
            arguments = arguments[used..];
        }
        if (options is { Mode: not BenchMode.Load, SkipGateway: true })
            throw new BenchException($"{options.Mode.ToString().ToLowerInvariant()} measures the gateway only; --skip-gateway leaves nothing to do");
        return options;
    }

    private static BenchMode? ModeOf(string word) => word switch
    {
        "load" => BenchMode.Load,
        "routes" => BenchMode.Routes,
        "plugins" => BenchMode.Plugins,
        "reload" => BenchMode.Reload,
        "tokens" => BenchMode.Tokens,
        "cache" => BenchMode.Cache,
        "sidecar" => BenchMode.Sidecar,
        _ => null,
    };

    private static string[] Names(string list)
    {
        string[] names = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? unknown = names.FirstOrDefault(name => !Scenario.All.Any(scenario => scenario.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
        return unknown is null
            ? names
            : throw new BenchException($"no scenario {unknown}; there are {string.Join(", ", Scenario.All.Select(scenario => scenario.Name))}");
    }

    private static string Required(string name, string? value) => value ?? throw new BenchException($"{name} needs a value\n{Usage}");

    private static int Positive(string name, string? value) =>
        int.TryParse(Required(name, value), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new BenchException($"{name} {value}: expected a whole number above 0");
}

/// <summary>What is measured.</summary>
internal enum BenchMode
{
    Load,
    Routes,
    Plugins,
    Reload,
    Tokens,
    Cache,
    Sidecar,
}

/// <summary>The bench cannot measure; the message says why and what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
