using System.Diagnostics;
using System.Globalization;
using KrakenPlugins.Expressions;

namespace Gateway.Micro;

/// <summary>What an expression costs a request: the header test of most guards, and a policy of some length.</summary>
internal static class ExpressionMicro
{
    private const int Rounds = 300;
    private const int CallsPerRound = 5_000;

    private static readonly (string Name, string Text)[] s_expressions =
    [
        ("method", "req_method == 'GET'"),
        ("header", "req_headers['X-A'][0] == 'v'"),
        ("membership", "'v' in req_headers['X-A'] && req_method in ['GET', 'HEAD']"),
        ("pattern", "req_params.Id.matches('^[0-9]+$')"),
        ("conversion", "int(req_params.Id) % 2 == 0"),
        ("any header", "req_headers.exists(h, h == 'X-B')"),
        ("weekday", "timestamp(now).getDayOfWeek('Europe/Madrid') in [1, 2, 3, 4, 5]"),
        ("policy", """
            has(req_params.Id) && req_method in ['GET', 'HEAD', 'OPTIONS']
              && (req_headers['X-Role'].exists(r, r in ['admin', 'root']) || req_headers['X-Department'][0].lowerAscii() == 'sales')
              && !req_headers['User-Agent'][0].matches('(?i)bot|crawler|spider')
              && timestamp(now).getHours() >= 8 && timestamp(now).getHours() < 20
            """),
    ];

    public static void Run()
    {
        var strings = CelType.List(CelType.String);
        var environment = new CelEnvironmentBuilder()
            .Variable("req_method", CelType.String)
            .Variable("req_headers", CelType.Map(CelType.String, strings))
            .Variable("req_params", CelType.Map(CelType.String, CelType.String))
            .Variable("now", CelType.String)
            .AddStringExtensions()
            .Build();
        var input = Input();

        Console.WriteLine($"{"expression",-12} {"ns",8} {"bytes",6}");
        foreach (var (name, text) in s_expressions)
        {
            var (nanoseconds, bytes) = Best(environment.Compile(text), input);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {nanoseconds,8:F1} {bytes,6:F1}"));
        }
    }

    private static CelValues Input()
    {
        static KeyValuePair<CelValue, CelValue> Header(string name, string value) => new(CelValue.Of(name), CelValue.OfList(CelValue.Of(value)));
        return new(4)
        {
            [0] = CelValue.Of("GET"),
            [1] = CelValue.OfMap(Header("X-A", "v"), Header("X-Role", "user"), Header("X-Department", "Sales"), Header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"), Header("X-B", "w")),
            [2] = CelValue.OfMap(new KeyValuePair<CelValue, CelValue>(CelValue.Of("Id"), CelValue.Of("1234"))),
            [3] = CelValue.Of("2024-03-01T12:30:00.500Z"),
        };
    }

    // The fastest round: what disturbs a round only ever adds to it. Bytes are those of the last one.
    private static (double Nanoseconds, double Bytes) Best(CelProgram program, CelInput input)
    {
        var best = double.MaxValue;
        double bytes = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRound; i++)
            {
                if (!program.Evaluate(input).IsTrue)
                    throw new InvalidOperationException($"not true: {program.Text}");
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / CallsPerRound);
            bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / CallsPerRound;
        }
        return (best, bytes);
    }
}
