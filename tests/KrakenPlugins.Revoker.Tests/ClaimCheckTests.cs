using System.Text;
using Gateway.Testing;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Revoker.Tests;

public sealed class ClaimCheckTests : IDisposable
{
    private readonly RotatingFilter _filter = new(new FilterSettings(1000, 1e-9, 100, HashName.Optimal), TimeProvider.System);
    private readonly DefaultHttpContext _context = new();

    [Fact, Spec("AUT-067")]
    public void A_token_is_refused_with_401_when_a_claim_of_token_keys_is_revoked()
    {
        Revoke("jti-42");

        var refusal = Check("""{"jti":"42","sub":"me"}""", "sub", "jti");

        Assert.Equal((GatewayErrorKind.Rejected, 401), (refusal?.Kind, refusal?.StatusCode));
        Assert.DoesNotContain("42", refusal!.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-067", "AUT-091")]
    [InlineData("""{"jti":"43"}""")]
    [InlineData("""{"sub":"42"}""")]
    [InlineData("""{"JTI":"42"}""")]
    [InlineData("""{"jti":" 42"}""")]
    [InlineData("""{}""")]
    public void Other_values_and_other_claims_pass(string claims)
    {
        Revoke("jti-42");
        Revoke("sub-42");

        Assert.Null(Check(claims, "jti"));
    }

    [Theory, Spec("AUT-068")]
    [InlineData("""{"aud":["a","b"]}""", true)]
    [InlineData("""{"aud":["a",7]}""", false)]
    [InlineData("""{"aud":{"b":"b"}}""", false)]
    [InlineData("""{"aud":"a,b"}""", false)]
    [InlineData("""{"aud":null}""", false)]
    [InlineData("""{"aud":7}""", false)]
    public void Texts_in_lists_count_and_numbers_do_not(string claims, bool isRefused)
    {
        Revoke("aud-b");
        Revoke("aud-7");

        Assert.Equal(isRefused, Check(claims, "aud") is not null);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a\u0000b")]
    [InlineData("' OR 1=1 --")]
    [InlineData("ключ-\u202e🔑")]
    [InlineData("\ud800")]
    public void Whatever_a_value_holds_it_is_bytes_to_the_filter(string value)
    {
        Revoke($"jti-{value}");

        Assert.NotNull(CheckTree(new DataObject { ["jti"] = new DataString(value) }, "jti"));
        Assert.Null(CheckTree(new DataObject { ["jti"] = new DataString(value + "x") }, "jti"));
    }

    [Fact]
    public void A_value_of_a_megabyte_is_looked_up_like_any_other()
    {
        var value = new string('x', 1 << 20);
        Revoke($"jti-{value}");

        Assert.NotNull(CheckTree(new DataObject { ["jti"] = new DataString(value) }, "jti"));
    }

    [Fact, Spec("AUT-067")]
    public async Task A_validator_that_offers_texts_only_is_asked_for_texts()
    {
        Revoke("jti-42");

        Assert.NotNull(await new ClaimCheck(_filter, ["jti"]).RejectAsync(new TextClaims(), _context, default));
    }

    [Fact]
    public void A_check_allocates_nothing()
    {
        var check = new ClaimCheck(_filter, ["sub", "jti", "aud"]);
        var claims = new TreeClaims(new DataObject { ["sub"] = new DataString("me"), ["jti"] = new DataString("0123456789abcdef"), ["aud"] = new DataString("shop") });

        var bytes = Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                Assert.True(check.RejectAsync(claims, _context, default).IsCompletedSuccessfully);
        });

        Assert.Equal(0, bytes);
    }

    public void Dispose() => _filter.Dispose();

    private void Revoke(string element) => _filter.Add(Encoding.UTF8.GetBytes(element));

    private GatewayError? Check(string claims, params string[] keys)
    {
        Assert.True(DataJson.TryParse(Encoding.UTF8.GetBytes(claims), 10, out var node, out var error), error);
        return CheckTree((DataObject)node!, keys);
    }

    private GatewayError? CheckTree(DataObject claims, params string[] keys) => new ClaimCheck(_filter, keys).RejectAsync(new TreeClaims(claims), _context, default).Result;

    private sealed class TreeClaims(DataObject tree) : IClaims
    {
        public DataObject Tree => tree;

        public string? GetText(string name) => throw new InvalidOperationException("the tree is there");
    }

    private sealed class TextClaims : IClaims
    {
        public string? GetText(string name) => name == "jti" ? "42" : null;
    }
}
