using System.Globalization;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.ApiKeys.Tests;

public sealed class KeyRingTests
{
    [Theory]
    [Spec("AUT-099", "AUT-100")]
    [InlineData("fnv128", "mySalt", "4d2c61e1-34c4-e96c-9456-15bd983c5019", "e0f7fce642685956791e58b835e26786")]
    [InlineData("fnv128", "mySalt", "4d2c61e1-34c4-e96c-9456-15bd983c5019", "E0F7FCE642685956791E58B835E26786")]
    [InlineData("sha256", "mySalt", "abc", "2ad27678dd4fdf811ffe7f9c77801ab66e2cc62d08abb393451ddda48c1eba3f")]
    [InlineData("sha1", "", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData("sha256", "", "ключ", "d9a1b2e0")]
    [InlineData("plain", "ignored", "abc", "abc")]
    public void Stored_hashes_are_those_of_salt_and_key(string hash, string salt, string key, string stored)
    {
        if (stored.Length == 8)
            stored = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(salt + key)));
        var (ring, findings) = Front.Ring($$"""{"hash":"{{hash}}","salt":"{{salt}}","keys":[{"key":"{{stored}}"}]}""");

        Assert.Empty(findings.All);
        Assert.Equal(0, ring!.Find(key, out _));
        Assert.Equal(-1, ring.Find(key + "x", out _));
        Assert.Equal(-1, ring.Find(key[..^1], out _));
        Assert.Equal(-1, ring.Find("", out _));
        if (hash != "plain")
            Assert.Equal(-1, ring.Find(stored, out _));
    }

    [Fact]
    [Spec("AUT-100")]
    public void Salts_and_keys_are_compared_with_letter_case()
    {
        var ring = Front.Ring("""{"hash":"sha256","salt":"mysalt","keys":[{"key":"2ad27678dd4fdf811ffe7f9c77801ab66e2cc62d08abb393451ddda48c1eba3f"}]}""").Ring!;
        var plain = Front.Ring("""{"keys":[{"key":"abc"}]}""").Ring!;

        Assert.Equal((-1, -1), (ring.Find("abc", out _), plain.Find("ABC", out _)));
    }

    [Theory]
    [Spec("AUT-104", "AUT-270")]
    [InlineData("""{"keys":[{"key":"secret-1"},{"key":"other"},{"key":"secret-1"}]}""", "keys[2].key", "the same key stands at keys[0] already")]
    [InlineData("""{"keys":[{"key":""}]}""", "keys[0].key", "expected a key of 1 to 1024 characters")]
    [InlineData("""{"hash":"sha256","keys":[{"key":"secret-1"}]}""", "keys[0].key", "expected 64 hexadecimal digits")]
    [InlineData("""{"hash":"sha1","keys":[{"key":"zz993e364706816aba3e25717850c26c9cd0d89d"}]}""", "keys[0].key", "expected 40 hexadecimal digits")]
    [InlineData("""{"hash":"md5","keys":[]}""", "hash", "is no hash")]
    [InlineData("""{"keys":[{"key":["secret-1"]}]}""", "keys[0].key", "expected a text, not the value")]
    [InlineData("{}", "keys", "expected the known keys in \"keys\", or a file")]
    [InlineData("""{"keys_file":"/no/such/file"}""", "keys_file", "cannot be read")]
    public void What_is_no_key_is_an_error_that_shows_none(string json, string path, string message)
    {
        var (ring, findings) = Front.Ring(json);

        Assert.Null(ring);
        var finding = Assert.Single(findings.All);
        Assert.Equal(path, finding.Path);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-1", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-105")]
    public void A_search_among_very_many_keys_looks_at_a_few_places()
    {
        var digest = new KeyDigest("plain", "");
        var few = new KeyTable([.. Enumerable.Range(0, 100).Select(i => digest.OfPresented(i.ToString(CultureInfo.InvariantCulture)))]);
        var digests = Enumerable.Range(0, 300_000).Select(i => digest.OfPresented($"key-{i.ToString(CultureInfo.InvariantCulture)}")).ToArray();
        var many = new KeyTable(digests);

        Assert.InRange(few.LongestSearch, 1, 100);
        Assert.InRange(many.LongestSearch, 1, 100);
        for (var i = 0; i < digests.Length; i += 7)
            Assert.Equal(i, many.Find(digests[i]));
        Assert.Equal(-1, many.Find(digest.OfPresented("key-x")));
    }

    [Theory]
    [Spec("AUT-105")]
    [InlineData("header", "Bearer 4d2c61e1-34c4-e96c-9456-15bd983c5019")]
    [InlineData("header", "Basic NGQyYzYxZTEtMzRjNC1lOTZjLTk0NTYtMTViZDk4M2M1MDE5Og==")]
    [InlineData("query_string", "?a=1&Authorization=4d2c61e1-34c4-e96c-9456-15bd983c5019")]
    public void Finding_a_key_allocates_nothing(string strategy, string value)
    {
        var ring = Front.Ring(Front.Service()).Ring!;
        var presented = PresentedKey.Of(strategy, "Authorization");
        var request = new DefaultHttpContext().Request;
        if (strategy == "header")
            request.Headers.Authorization = value;
        else
            request.QueryString = new QueryString(value);
        Assert.Equal(0, presented.Find(request, ring, out _));

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                presented.Find(request, ring, out _);
        }));
    }

    [Fact]
    [Spec("AUT-270", "AUT-106")]
    public void Keys_of_a_file_come_on_top_and_its_findings_name_it()
    {
        using var folder = new PemFolder();
        var good = folder.Write("keys.json", """[{"@owner":"x","key":"from-file","roles":["F"]}]""");
        var bad = folder.Write("bad.json", """[{"key":"from-file"},{"key":"here"}]""");
        var wrong = folder.Write("wrong.json", """{"keys":[]}""");

        var (ring, findings) = Front.Ring($$"""{"keys":[{"key":"here","roles":["H"]}],"keys_file":"{{good}}"}""");

        Assert.Empty(findings.All);
        Assert.Equal((0, 1), (ring!.Find("here", out _), ring.Find("from-file", out _)));
        Assert.Equal(ring.RoleNumber("F"), ring.RolesOf(1)[0]);
        var duplicate = Assert.Single(Front.Ring($$"""{"keys":[{"key":"here"}],"keys_file":"{{bad}}"}""").Findings.All);
        Assert.StartsWith($"{bad}:1:", duplicate.ToString(), StringComparison.Ordinal);
        Assert.Contains("expected a list of keys", Assert.Single(Front.Ring($$"""{"keys_file":"{{wrong}}"}""").Findings.All).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%6B=a", "k", true)]
    [InlineData("a;k=x&k=a", "k", true)]
    [InlineData("k=%zz&k=a", "k", true)]
    [InlineData("k=%ff&k=a", "k", true)]
    [InlineData("k=a%", "k", false)]
    [InlineData("K=a", "k", false)]
    [InlineData("k=%61", "k", true)]
    [InlineData("k=b&k=a", "k", false)]
    [InlineData("k", "k", false)]
    [InlineData("=a", "k", false)]
    [InlineData("k=a", "k", true)]
    [Spec("AUT-096", "AUT-271")]
    public void The_first_value_of_the_parameter_counts_as_the_engine_reads_queries(string query, string name, bool isFound)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString("?" + query);

        Assert.Equal(isFound, new QueryKey(name).Find(request, Front.Ring("""{"keys":[{"key":"a"}]}""").Ring!, out _) >= 0);
    }
}
