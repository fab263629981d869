using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>Generated endpoints over generated documents, against a naive reading of the same rules.</summary>
public sealed class RandomShapesTests
{
    private const int Endpoints = 40;
    private const int Cases = 200;
    private const int Backends = 3;

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2026, 16)]
    [Spec("MAN-002", "MAN-052", "MAN-003", "MAN-018", "MAN-020", "MAN-024", "MAN-025", "MAN-026", "MAN-029", "MAN-031", "MAN-033", "MAN-034", "MAN-061", "MAN-074", "MAN-093")]
    public async Task The_gateway_and_the_naive_reference_agree(int seed, int clients)
    {
        var shapes = new RandomShapes(seed);
        var endpoints = Enumerable.Range(0, Endpoints)
            .Select(_ => (IsSequential: shapes.Coin(), Backends: Enumerable.Range(0, Backends).Select(_ => shapes.Backend()).ToArray())).ToArray();
        var documents = Enumerable.Range(0, Cases).Select(_ => Enumerable.Range(0, Backends).Select(_ => shapes.Document()).ToArray()).ToArray();
        var config = "{\"version\":3,\"timeout\":\"30s\",\"endpoints\":[" + string.Join(',', endpoints.Select(static (e, i) => Endpoint(i, e.IsSequential, e.Backends))) + "]}";
        await using var pipe = await DataPipe.StartAsync(config, upstream => upstream.OnAny(context =>
        {
            var path = context.Request.Path.Value!.Split('/');
            return DataPipe.Bytes(Encoding.UTF8.GetBytes(documents[int.Parse(path[1])][int.Parse(path[2])]))(context);
        }));

        await Parallel.ForEachAsync(Enumerable.Range(0, Cases), new ParallelOptions { MaxDegreeOfParallelism = clients }, async (i, _) =>
        {
            var (isSequential, backends) = endpoints[i % Endpoints];
            var parts = backends.Zip(documents[i]).ToArray();
            var possible = (isSequential ? [parts] : Orders(parts)).Select(order => NaiveReference.Answer(order, isSequential)).Distinct().ToArray();

            var answer = await pipe.GetAsync($"/e{i % Endpoints}/{i}");

            var actual = new NaiveAnswer(answer.Status == 500 ? null : answer.Body, answer.Completed == "true");
            Assert.True(possible.Contains(actual), Explain(i, Endpoint(i % Endpoints, isSequential, backends), documents[i], possible, actual));
        });
    }

    private static string Endpoint(int index, bool isSequential, NaiveBackend[] backends) => JsonSerializer.Serialize(
        new
        {
            endpoint = $"/e{index}/{{case}}",
            extra_config = new { proxy = new { sequential = isSequential } },
            backend = backends.Select((backend, i) => new
            {
                host = new[] { "$UPSTREAM" },
                url_pattern = $"/{{case}}/{i}",
                encoding = backend.Encoding,
                is_collection = backend.IsCollection,
                target = backend.Target,
                allow = backend.Allow,
                deny = backend.Deny,
                mapping = new Dictionary<string, string>(backend.Mapping),
                group = backend.Group,
                extra_config = new { proxy = new { flatmap_filter = backend.IsTree ? new[] { new { type = "del", args = new[] { "no.such" } } } : [] } },
            }),
        }, s_plain);

    /// <summary>All orders of arrival.</summary>
    private static IEnumerable<(NaiveBackend, string)[]> Orders((NaiveBackend, string)[] parts) =>
        from i in Enumerable.Range(0, Backends)
        from j in Enumerable.Range(0, Backends)
        where j != i
        select new[] { parts[i], parts[j], parts[Backends - i - j] };

    private static string Explain(int number, string endpoint, string[] documents, NaiveAnswer[] possible, NaiveAnswer actual) =>
        $"case {number}\n{endpoint}\n{string.Join("\n---\n", documents)}\nexpected one of:\n{string.Join('\n', possible.AsEnumerable())}\nactual:\n{actual}";
}
