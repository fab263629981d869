using Gateway.Testing;
using KrakenPlugins.Logging.Access;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>What a line costs.</summary>
public sealed class AllocationTests
{
    [Theory, Spec("OBS-012")]
    [InlineData("default")]
    [InlineData("httpdCommon")]
    [InlineData("httpdCombined")]
    [InlineData("json")]
    public void An_access_line_allocates_nothing(string format)
    {
        var log = new AccessLines(AccessPattern.Compile(AccessPattern.Predefined(format)!, "[P]", "-"), new Sink(), null, TimeProvider.System);
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Headers.UserAgent = "agent";

        Assert.Equal(0, Allocations.Least(0, () => Write(log, context, 1000)));
    }

    private static void Write(AccessLines log, HttpContext context, int times)
    {
        for (var i = 0; i < times; i++)
        {
            log.Write(new AccessRecord
            {
                Context = context,
                StatusCode = 200,
                Elapsed = TimeSpan.FromMilliseconds(1.237),
                ClientAddress = "127.0.0.1",
                Target = "/shop?item=1",
            });
        }
    }

    private sealed class Sink : ILogOutput
    {
        public void Write(ReadOnlySpan<byte> line) => Assert.False(line.IsEmpty);
    }
}
