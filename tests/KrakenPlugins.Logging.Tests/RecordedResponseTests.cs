using Gateway.Testing;
using KrakenPlugins.Logging.Backend;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>The answer that is read along with for the line of a backend.</summary>
public sealed class RecordedResponseTests
{
    [Fact]
    [Spec("OBS-032", "MAN-416")]
    public void What_stands_around_it_finds_the_answer_and_what_it_tells_the_client()
    {
        using var inner = new Told();
        using var recorded = new RecordedResponse(inner, new BackendCall(null!, []));

        Assert.Same(inner, recorded.Origin);
        Assert.Equal("hit", recorded.DataHeaders!.Get("Cache-Status"));
    }

    private sealed class Told() : DelegatingResponse(new SyntheticResponse(default(ReadOnlyMemory<byte>)))
    {
        public override ClientResponse Origin => this;

        public override NameValueList DataHeaders
        {
            get
            {
                var headers = new NameValueList(ignoreCase: true);
                headers.Add("Cache-Status", "hit");
                return headers;
            }
        }
    }
}
