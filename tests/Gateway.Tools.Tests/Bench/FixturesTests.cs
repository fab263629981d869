using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gateway.Bench;
using Xunit;

namespace Gateway.Tools.Tests.Bench;

public sealed class FixturesTests
{
    public static TheoryData<string, int> Sizes => new()
    {
        { nameof(Fixtures.User), 1024 },
        { nameof(Fixtures.Order), 4096 },
        { nameof(Fixtures.Stats), 1024 },
        { nameof(Fixtures.Big), 102_400 },
        { nameof(Fixtures.List), 10_240 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Is_JSON_of_its_exact_size_without_superfluous_blanks(string name, int size)
    {
        byte[] body = Body(name);

        Assert.Equal(size, body.Length);
        Assert.NotNull(JsonNode.Parse(body));
        Assert.DoesNotContain((byte)'\n', body);
    }

    [Fact]
    public void Has_the_shapes_that_the_scenarios_speak_of()
    {
        JsonObject user = JsonNode.Parse(Fixtures.User)!.AsObject();

        Assert.InRange(user.Count, 18, 26);
        Assert.NotEqual(user.Select(member => member.Key).Order(StringComparer.Ordinal), user.Select(member => member.Key));
        Assert.Equal(100, JsonNode.Parse(Fixtures.List)!.AsArray().Count);
        Assert.True(JsonNode.Parse(Fixtures.Order)!["items"]!.AsArray().Count > 1);
        Assert.NotNull(JsonNode.Parse(Fixtures.Big)!["account"]!["secret"]);
    }

    [Theory]
    [InlineData(nameof(Fixtures.User), "859c6cee22ff03e3")]
    [InlineData(nameof(Fixtures.Big), "7b85d47ddf10f62a")]
    public void Is_the_same_on_every_machine(string name, string sha256)
    {
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(Body(name)))[..16]);
    }

    private static byte[] Body(string name) => name switch
    {
        nameof(Fixtures.User) => Fixtures.User,
        nameof(Fixtures.Order) => Fixtures.Order,
        nameof(Fixtures.Stats) => Fixtures.Stats,
        nameof(Fixtures.Big) => Fixtures.Big,
        _ => Fixtures.List,
    };
}
