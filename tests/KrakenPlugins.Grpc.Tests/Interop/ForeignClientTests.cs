using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests.Interop;

/// <summary>Clients of other implementations against our server. One process per language runs all cases.</summary>
public sealed class ForeignClientTests(ForeignClientRuns runs) : IClassFixture<ForeignClientRuns>
{
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var name in InteropClient.Cases.Keys)
        {
            cases.Add("js", name);
            cases.Add("python", name);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [Spec("GRP-001")]
    public void A_foreign_client_gets_from_our_server_what_the_interoperability_cases_say(string language, string name) =>
        Assert.Contains($"ok {name}", runs.Of(language));

    [Theory]
    [InlineData("js")]
    [InlineData("python")]
    [Spec("GRP-041")]
    public void Compressed_messages_of_a_foreign_client_are_read(string language) =>
        Assert.Equal(["/grpc.testing.TestService/FullDuplexCall", "/grpc.testing.TestService/UnaryCall"], runs.Compressed(language).Order(StringComparer.Ordinal));
}

public sealed class ForeignClientRuns : IAsyncLifetime
{
    private readonly Dictionary<string, (IReadOnlyList<string> Lines, IReadOnlyList<string> Compressed)> _runs = [];

    public IReadOnlyList<string> Of(string language) => _runs[language].Lines;

    public IReadOnlyList<string> Compressed(string language) => _runs[language].Compressed;

    public async Task InitializeAsync()
    {
        foreach (var language in (string[])["js", "python"])
        {
            var service = new InteropService();
            await using var host = await GrpcHost.StartAsync(new GrpcServerBuilder().Add(service).Build());
            await using var client = ForeignPeer.Client(language, host.Authority, [.. InteropClient.Cases.Keys]);
            _runs[language] = (await client.LinesAsync(), [.. service.Compressed]);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
