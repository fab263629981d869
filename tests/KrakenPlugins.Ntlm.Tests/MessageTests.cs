using System.Buffers.Binary;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Ntlm.Messages;
using Xunit;

namespace KrakenPlugins.Ntlm.Tests;

/// <summary>The messages against the published example of MS-NLMP (4.2.1 and 4.2.4), and against what is no message.</summary>
public sealed class MessageTests
{
    private static readonly byte[] s_serverChallenge = Convert.FromHexString("0123456789abcdef");
    private static readonly byte[] s_clientChallenge = Convert.FromHexString("aaaaaaaaaaaaaaaa");

    // NetBIOS domain name "Domain", NetBIOS computer name "Server".
    private static readonly byte[] s_targetInfo = Convert.FromHexString("02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000");

    [Fact, Spec("AUT-151")]
    public void The_key_is_that_of_the_published_example() =>
        Assert.Equal("0c868a403bfd7a93a3001ef22ef02e3f", Convert.ToHexStringLower(Account("Domain\\User").KeyFor("Domain")));

    [Fact, Spec("AUT-151")]
    public void The_proof_is_that_of_the_published_example()
    {
        var key = Account("Domain\\User").KeyFor("Domain");
        var blob = AuthenticateMessage.Blob(new byte[8], s_clientChallenge, s_targetInfo);

        Assert.Equal("68cd0ab851e51c96aabc927bebef6a1c", Convert.ToHexStringLower(AuthenticateMessage.Proof(key, s_serverChallenge, blob)));
        Assert.Equal("86c35097ac9cec102554764a57cccc19", Convert.ToHexStringLower(AuthenticateMessage.Proof(key, s_serverChallenge, s_clientChallenge)));
    }

    [Fact, Spec("AUT-151")]
    public void The_answer_holds_both_proofs_and_names_the_user_in_unicode()
    {
        Assert.True(ChallengeMessage.TryRead(Challenge(s_targetInfo), out var challenge, out _));

        var message = AuthenticateMessage.Create(Account("Domain\\User"), NegotiateMessage.Bytes, challenge, DateTimeOffset.FromFileTime(0), s_clientChallenge);

        Assert.Equal("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa", Convert.ToHexStringLower(Field(message, 12)));
        Assert.StartsWith("68cd0ab851e51c96aabc927bebef6a1c01010000000000000000000000000000aaaaaaaaaaaaaaaa", Convert.ToHexStringLower(Field(message, 20)), StringComparison.Ordinal);
        Assert.Equal(("Domain", "User"), (Encoding.Unicode.GetString(Field(message, 28)), Encoding.Unicode.GetString(Field(message, 36))));
    }

    [Theory, Spec("AUT-151")]
    [InlineData(0x10u)]        // sign
    [InlineData(0x20u)]        // seal
    [InlineData(0x40000000u)]  // key exchange, which would need RC4
    [InlineData(0x80u)]        // LAN manager keys
    [InlineData(0x2u)]         // OEM characters
    public void Neither_signing_nor_sealing_nor_older_forms_are_asked_for(uint flag)
    {
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(NegotiateMessage.Bytes.AsSpan(12)) & flag);
    }

    [Theory]
    [InlineData("name", "name", null)]
    [InlineData("DOMAIN\\name", "name", "DOMAIN")]
    [InlineData("name@domain", "name@domain", "")]
    [InlineData("\\name", "name", "")]
    [Spec("AUT-149")]
    public void A_user_is_named_in_three_ways(string text, string name, string? domain)
    {
        var account = NtlmAccount.Parse(text, "p")!;

        Assert.Equal((name, domain), (account.Name, account.Domain));
    }

    [Fact]
    public void A_server_that_names_its_time_gets_a_code_over_the_handshake_and_keeps_its_flags()
    {
        byte[] withTime = [.. Pair(7, BitConverter.GetBytes(133_000_000_000_000_000L)), .. Pair(6, [1, 0, 0, 0]), 0, 0, 0, 0];
        Assert.True(ChallengeMessage.TryRead(Challenge(withTime), out var challenge, out _));

        var message = AuthenticateMessage.Create(Account("u"), NegotiateMessage.Bytes, challenge, DateTimeOffset.UnixEpoch, s_clientChallenge);

        Assert.Contains("06000400" + "03000000", Convert.ToHexStringLower(Field(message, 20)), StringComparison.Ordinal);
        Assert.All(Field(message, 12), static b => Assert.Equal(0, b));
        Assert.Contains(message.AsSpan(72, 16).ToArray(), static b => b != 0);
    }

    [Fact]
    public void No_challenge_however_it_is_cut_or_bent_is_more_than_refused()
    {
        byte[] info = [.. Pair(7, new byte[8]), .. Pair(2, Encoding.Unicode.GetBytes("Domain")), 0, 0, 0, 0];
        var good = Challenge(info);
        var random = new Random(7);

        for (var length = 0; length < good.Length; length++)
            Read(good[..length]);
        for (var round = 0; round < 20_000; round++)
        {
            var bent = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                bent[random.Next(8, bent.Length)] = (byte)random.Next(256);
            Read(bent);
        }

        static void Read(byte[] bytes)
        {
            if (ChallengeMessage.TryRead(bytes, out var challenge, out var error))
                AuthenticateMessage.Create(Account("u"), NegotiateMessage.Bytes, challenge, DateTimeOffset.UnixEpoch, s_clientChallenge);
            else
                Assert.NotEmpty(error);
        }
    }

    private static NtlmAccount Account(string user) => NtlmAccount.Parse(user, "Password")!;

    private static byte[] Challenge(byte[] info) => NtlmServer.Challenge(s_serverChallenge, "Server", info);

    private static byte[] Pair(ushort kind, byte[] value) => [(byte)kind, 0, (byte)value.Length, 0, .. value];

    private static byte[] Field(byte[] message, int at) =>
        message.AsSpan((int)BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at + 4)), BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at))).ToArray();
}
