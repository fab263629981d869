using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor;

/// <summary>What the tests' own tools wait for, they do not wait for without end.</summary>
public sealed class DeadlineTests
{
    [Fact]
    public async Task A_connection_that_waits_in_vain_says_for_what_and_what_came_instead()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3}""");
        using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("GET /__health HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.NotNull(await connection.ReadResponseAsync());

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => connection.ReadToEndAsync(TimeSpan.FromMilliseconds(50)));

        Assert.StartsWith("after 0.05 s: connection 0 waited for the end of the connection; received so far: \"HTTP/1.1 200 OK\\r\\n", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_what_was_waited_for_stays_what_it_is()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => Wait.ForAsync(Task.FromException(new TimeoutException("its own")), TimeSpan.FromSeconds(10), static () => "in vain"));

        Assert.Equal("its own", failure.Message);
    }
}
