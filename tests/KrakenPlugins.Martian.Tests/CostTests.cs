using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

/// <summary>What modifiers cost, and what they make of queries that nobody would write by hand.</summary>
public sealed class CostTests
{
    [Theory]
    [InlineData("""{"header.Modifier":{"scope":["request"],"name":"X-Some","value":"v"}}""")]
    [InlineData("""{"header.Append":{"scope":["request"],"name":"User-Agent","value":"v"}}""")]
    [InlineData("""{"header.Copy":{"scope":["request"],"from":"User-Agent","to":"X-Some"}}""")]
    [InlineData("""{"header.Blacklist":{"scope":["request"],"names":["X-Absent","Accept-Language"]}}""")]
    [InlineData("""{"port.Modifier":{"scope":["request"],"port":8081}}""")]
    [InlineData("""{"url.Modifier":{"scope":["request"],"host":"other:1","scheme":"https"}}""")]
    [InlineData("""{"cookie.Filter":{"scope":["request"],"name":"c","value":"w","modifier":{"header.Id":{}}}}""")]
    [InlineData("""{"header.Filter":{"scope":["request"],"name":"User-Agent","value":"w","modifier":{"header.Id":{}}}}""")]
    [InlineData("""{"header.RegexFilter":{"scope":["request"],"header":"User-Agent","regex":"(alpha|beta)$","modifier":{"header.Id":{}}}}""")]
    [InlineData("""{"url.RegexFilter":{"scope":["request"],"regex":"/(alpha|beta)$","modifier":{"header.Id":{}}}}""")]
    [InlineData("""{"url.Filter":{"scope":["request"],"host":"*.up:8080","path":"/p","query":"b=2&a=1&c=1","modifier":{"header.Id":{}}}}""")]
    [InlineData("""{"querystring.Filter":{"scope":["request"],"name":"a","value":"x","modifier":{"header.Id":{}}}}""")]
    [InlineData("""{"fifo.Group":{"scope":["request"],"modifiers":[{"port.Filter":{"port":1,"modifier":{"header.Id":{}}}},{"header.Modifier":{"name":"X-Some","value":"v"}}]}}""")]
    public void Nothing_is_allocated_where_the_change_needs_nothing(string json)
    {
        var findings = new ConfigDiagnostics();
        var modifier = new ComponentCompiler(findings).Compile(JsonConfigReader.Read("krakend.json", json, findings)!, ConfigPath.Root).Request!;
        var host = new BackendHost("http", "up", 8080);
        var request = new ProxyRequest
        {
            Method = "GET",
            Host = host,
            Target = "/p?b=2&a=1",
            Headers = new NameValueList(ignoreCase: true),
            Query = new NameValueList(ignoreCase: false),
            Parameters = new NameValueList(ignoreCase: false),
            Body = RequestBody.Empty,
        };
        request.Headers.Add("User-Agent", "KrakenD");
        request.Headers.Add("X-Some", "old");
        request.Headers.Add("Cookie", "a=1; c=v");

        Assert.Equal(0, Allocations.Least(0, () => Run(1000)));

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                request.Host = host;
                request.HostHeader = null;
                var call = new Call(request, 0);
                modifier.Apply(ref call);
            }
        }
    }

    [Fact]
    public async Task Whatever_the_query_is_the_rewritten_one_is_sorted_safe_and_stays_so()
    {
        const string Alphabet = "ab=&%+;?#/2f0dAé \r\nz";
        var random = new Random(7);
        var rig = Rig.Of("""{"querystring.Modifier":{"scope":["request"],"name":"a","value":"1"}}""");
        for (var round = 0; round < 3000; round++)
        {
            var query = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));

            var once = (await rig.RunAsync(r => r.Target = "/p?" + query)).Request.Target;
            var twice = (await rig.RunAsync(r => r.Target = once)).Request.Target;

            Assert.StartsWith("/p?", once, StringComparison.Ordinal);
            Assert.False(once.AsSpan().ContainsAnyExceptInRange('!', '~'), once);
            Assert.Equal(once, twice);
            var names = Names(once);
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
            Assert.Single(names, "a");
        }
    }

    private static List<string> Names(string target)
    {
        var names = new List<string>();
        var pairs = new QueryPairs(QueryPairs.Of(target));
        while (pairs.MoveNext())
            names.Add(Encoding.Latin1.GetString(PercentText.Decode(pairs.Name, plusIsSpace: true)));
        Assert.True(pairs.IsClean, target);
        return names;
    }
}
