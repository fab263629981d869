using System.Text;
using Gateway.Testing;
using KrakenPlugins.Cryptography;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace KrakenPlugins.Basic.Tests;

public sealed class UnitTests
{
    [Theory]
    [Spec("AUT-111", "AUT-108", "AUT-273")]
    [InlineData("user:pass", "user", "pass")]
    [InlineData("user:pa:ss:", "user", "pa:ss:")]
    [InlineData("user:", "user", "")]
    [InlineData("Ålice:pässwörd", "Ålice", "pässwörd")]
    [InlineData("user", null, null)]
    [InlineData(":pass", null, null)]
    [InlineData("", null, null)]
    public void Credentials_end_at_the_first_colon(string text, string? user, string? password)
    {
        var header = "basic  " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

        var isRead = Credentials.TryRead(header, new char[Credentials.Longest], out var credentials);

        Assert.Equal((user is not null, user ?? "", password ?? ""), (isRead, credentials.User.ToString(), credentials.Password.ToString()));
    }

    [Fact]
    [Spec("AUT-273", "AUT-108")]
    public void What_is_malformed_endless_or_doubled_is_no_credentials()
    {
        var buffer = new char[Credentials.Longest];
        var good = "Basic dTpw";
        StringValues[] headers =
        [
            StringValues.Empty, "", "Basic", "Basic ", "Basic !!!", "Bearer dTpw", "Basic /////w==", new(["Basic dTpw", "Basic dTpw"]),
            "Basic " + Convert.ToBase64String(new byte[2000]), "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + new string('p', Credentials.Longest))),
        ];

        Assert.True(Credentials.TryRead(good, buffer, out _));
        Assert.All(headers, header => Assert.False(Credentials.TryRead(header, buffer, out _)));
    }

    [Fact]
    [Spec("AUT-109", "AUT-110", "AUT-272")]
    public void Users_of_the_object_win_over_those_of_the_file()
    {
        using var folder = new PemFolder();
        var (one, two) = (Hash("one"), Hash("two"));
        var file = folder.Write("htpasswd", $"# comment\n\n  \r\nalice:{one}\nbob:{one}\r\n");

        var (users, findings) = Compile($$$"""{"htpasswd_path":"{{{file}}}","users":{"@comment":"none","_carl":"{{{one}}}","bob":"{{{two}}}"}}""");

        Assert.Empty(findings.All);
        Assert.Equal((one, two), (users!.HashFor("alice", out var knowsAlice), users.HashFor("bob", out var knowsBob)));
        Assert.True(knowsAlice && knowsBob);
        users.HashFor("_carl", out var knowsCarl);
        users.HashFor("@comment", out var knowsComment);
        Assert.Equal((true, false), (knowsCarl, knowsComment));
        users.HashFor("Alice", out var knowsOther);
        Assert.False(knowsOther);
    }

    [Theory]
    [Spec("AUT-110", "AUT-111", "AUT-272")]
    [InlineData("""{"users":{"alice":"{SHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ="}}""", null, "the user \"alice\" has no bcrypt hash")]
    [InlineData("""{"users":{"alice":"$2a$10$short"}}""", null, "the user \"alice\" has no bcrypt hash")]
    [InlineData("""{"users":{"alice":"$2a$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"}}""", null, "the user \"alice\" has a hash of cost 31")]
    [InlineData("""{"users":{"al:ice":"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"}}""", null, "names are not empty and hold no colon")]
    [InlineData("""{"htpasswd_path":"/no/such/file"}""", null, "\"/no/such/file\" cannot be read")]
    [InlineData("""{"htpasswd_path":"$FILE"}""", "alice:$apr1$x$y\n", "the user \"alice\" has no bcrypt hash")]
    [InlineData("""{"htpasswd_path":"$FILE"}""", "no colon\n", "expected user:hash")]
    [InlineData("""{"htpasswd_path":"$FILE"}""", "a:$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\na:x\n", "the user \"a\" stands in the file twice")]
    public void What_cannot_be_used_is_an_error_that_names_path_or_user_but_no_hash(string json, string? file, string message)
    {
        using var folder = new PemFolder();
        if (file is not null)
            json = json.Replace("$FILE", folder.Write("htpasswd", file), StringComparison.Ordinal);

        var (users, findings) = Compile(json);

        Assert.Null(users);
        Assert.Contains(message, Assert.Single(findings.All).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("N9qo8", string.Join('\n', findings.All), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-111")]
    public void Unknown_users_are_checked_against_somebodys_hash_always_the_same()
    {
        var (cheap, dear) = (BcryptHash.Create("x", 4, Random.Shared.NextBytes), BcryptHash.Create("x", 5, Random.Shared.NextBytes));
        var users = Compile($$$"""{"users":{"a":"{{{cheap}}}","b":"{{{dear}}}"}}""").Users!;

        var decoys = Enumerable.Range(0, 64).Select(i => users.HashFor($"nobody{i}", out var isKnown) is var hash && !isKnown ? hash : "").ToArray();

        Assert.Equal([cheap, dear], decoys.Distinct().OrderBy(h => h == dear));
        Assert.Equal(decoys, Enumerable.Range(0, 64).Select(i => users.HashFor($"nobody{i}", out _)));
        Assert.True(BcryptHash.TryReadCost(Compile("{}").Users!.HashFor("nobody", out _), out var cost) && cost == BcryptHash.DefaultCost);
    }

    [Fact]
    [Spec("AUT-273")]
    public void A_match_is_believed_for_a_minute_and_only_with_that_hash()
    {
        var time = new ShiftedTime();
        var known = new KnownPasswords();
        var (hash, other) = (Hash("p"), Hash("p"));
        var digest = KnownPasswords.DigestOf("p", hash);

        known.Add(digest, time);

        Assert.True(known.Contains(digest, time));
        Assert.False(known.Contains(KnownPasswords.DigestOf("q", hash), time));
        Assert.False(known.Contains(KnownPasswords.DigestOf("p", other), time));
        time.Advance(KnownPasswords.Lifetime);
        Assert.False(known.Contains(digest, time));
    }

    [Fact]
    [Spec("AUT-273")]
    public void However_many_match_the_table_stays_as_large_as_it_is_and_keeps_the_latest()
    {
        var known = new KnownPasswords();
        for (var i = 0UL; i < 100_000; i++)
            known.Add(new UInt128(i, i), TimeProvider.System);

        Assert.True(known.Contains(new UInt128(99_999, 99_999), TimeProvider.System));
        Assert.False(known.Contains(new UInt128(1, 1), TimeProvider.System));
    }

    [Fact]
    [Spec("AUT-273")]
    public void What_comes_on_top_of_the_waiting_checks_is_turned_away_and_equal_checks_are_one()
    {
        // None runs, so that all that are taken wait.
        var checks = new PasswordChecks(atOnce: 0, waiting: 2);
        var hash = Hash("p");

        var first = checks.TryCheck(1, "p", hash, 7);
        var same = checks.TryCheck(1, "p", hash, 7);
        var second = checks.TryCheck(2, "wrong", hash, 7);
        var third = checks.TryCheck(3, "p", hash, 8);

        Assert.Same(first, same);
        Assert.NotNull(second);
        Assert.Null(third);
        Assert.Equal(2, checks.Count);
    }

    [Fact]
    [Spec("AUT-273")]
    public async Task Checks_that_ended_make_room_however_fast_they_end()
    {
        var checks = new PasswordChecks(atOnce: 1, waiting: 0);
        var hash = Hash("p");

        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(i % 2 == 0, await checks.TryCheck((UInt128)i, i % 2 == 0 ? "p" : "wrong", i % 4 < 2 ? hash : "no hash, which ends at once", 7)! || i % 4 == 2);
            await Wait.UntilAsync(() => checks.Count == 0, () => "a check that ended still counts");
        }
    }

    [Fact]
    [Spec("AUT-273")]
    public void Who_tries_many_passwords_leaves_half_of_the_places_to_all_others()
    {
        var checks = new PasswordChecks(atOnce: 0, waiting: 32);
        var hash = Hash("p");
        var number = 0U;

        Assert.Equal(16, TakenBy(UInt128.One, 100));
        Assert.Equal(PasswordChecks.Few, TakenBy(2, 100));
        Assert.Equal(PasswordChecks.Few, TakenBy(3, 100));
        Assert.Equal(0, TakenBy(UInt128.One, 1));
        Assert.Equal(8, Enumerable.Range(4, 40).Sum(client => TakenBy((UInt128)client, 1)));

        int TakenBy(UInt128 client, int tries) => Enumerable.Range(0, tries).Count(_ => checks.TryCheck(number++, "wrong", hash, client) is not null);
    }

    [Fact]
    [Spec("AUT-273")]
    public async Task Checks_that_ended_no_longer_count_for_their_client()
    {
        var checks = new PasswordChecks(atOnce: 1, waiting: PasswordChecks.Few);
        var hash = Hash("p");

        for (var i = 0U; i < 4 * PasswordChecks.Few; i++)
        {
            Assert.True(await checks.TryCheck(i, "p", hash, 7)!);
            await Wait.UntilAsync(() => checks.Count == 0, () => "a check that ended still counts");
        }

        Assert.Equal(PasswordChecks.Few, Enumerable.Range(100, 20).Count(i => checks.TryCheck((UInt128)i, "p", "no hash", 7) is not null));
    }

    [Theory]
    [Spec("AUT-273")]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("", "unix", true)]
    [InlineData("", "0.0.0.0", false)]
    public void A_subscriber_is_one_client_however_many_addresses_it_has(string one, string other, bool isSame) =>
        Assert.Equal(isSame, ClientKey.Of(one) == ClientKey.Of(other));

    private static string Hash(string password) => BcryptHash.Create(password, 4, Random.Shared.NextBytes);

    private static (UserSet? Users, ConfigDiagnostics Findings) Compile(string json)
    {
        var findings = new ConfigDiagnostics();
        var errors = new ConfigDiagnostics();
        var settings = new ConfigBinder(findings).Bind<BasicSettings>(JsonConfigReader.Read("krakend.json", json, findings)!, ConfigPath.Root);
        var users = UserSet.Compile(settings, findings);
        foreach (var finding in findings.All.Where(static f => f.Severity == ConfigSeverity.Error))
            errors.Add(finding);
        return (users, errors);
    }
}
