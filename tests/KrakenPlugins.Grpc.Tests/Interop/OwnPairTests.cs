using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests.Interop;

/// <summary>Our client against our server, over TCP and over a Unix socket.</summary>
public sealed class OwnPairTests : IAsyncLifetime
{
    private readonly InteropService _service = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("grpc");
    private GrpcHost _tcp = null!;
    private GrpcHost _unix = null!;

    public static TheoryData<string> Cases() => [.. InteropClient.Cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    [Spec("GRP-003")]
    public async Task Both_ends_understand_each_other_over_TCP_and_over_a_Unix_socket(string name)
    {
        foreach (var host in (GrpcHost[])[_tcp, _unix])
        {
            using var channel = host.Channel();
            await InteropClient.Cases[name](channel).InTime();
        }
    }

    [Fact]
    [Spec("GRP-032")]
    public async Task The_server_sees_that_the_client_cancelled()
    {
        using var channel = _tcp.Channel();

        await InteropClient.Cases["cancel_after_first_response"](channel).InTime();

        Assert.Equal(GrpcStatusCode.Cancelled, await _service.Ended.ReadAsync().InTime());
    }

    [Fact]
    [Spec("GRP-031")]
    public async Task The_server_ends_a_call_at_its_deadline_by_itself()
    {
        using var channel = _tcp.Channel();

        await InteropClient.Cases["timeout_on_sleeping_server"](channel).InTime();

        // Which of both comes first at the server, the deadline or the client's reset, is the network's to say.
        Assert.Contains(await _service.Ended.ReadAsync().InTime(), (GrpcStatusCode[])[GrpcStatusCode.DeadlineExceeded, GrpcStatusCode.Cancelled]);
    }

    public async Task InitializeAsync()
    {
        var server = new GrpcServerBuilder().Add(_service).Build();
        _tcp = await GrpcHost.StartAsync(server);
        _unix = await GrpcHost.StartAsync(server, Path.Combine(_folder.FullName, "s"));
    }

    public async Task DisposeAsync()
    {
        await _tcp.DisposeAsync();
        await _unix.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
