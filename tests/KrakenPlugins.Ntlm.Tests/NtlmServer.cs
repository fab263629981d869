using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Ntlm.Messages;

namespace KrakenPlugins.Ntlm.Tests;

/// <summary>What goes wrong with an answer.</summary>
public enum Fault
{
    None,
    /// <summary>It never comes.</summary>
    Silence,
    /// <summary>Its head comes, and half of its body.</summary>
    HalfBody,
    /// <summary>The connection ends in its place.</summary>
    End,
}

/// <summary>How an <see cref="NtlmServer"/> behaves.</summary>
internal sealed record NtlmServerOptions
{
    /// <summary>Values of <c>WWW-Authenticate</c> of a 401.</summary>
    public IReadOnlyList<string> Offers { get; init; } = ["NTLM"];

    /// <summary>Passwords by user as it is sent, with domain where it has one.</summary>
    public IReadOnlyDictionary<string, string> Passwords { get; init; } = new Dictionary<string, string> { ["CORP\\gateway"] = "pass" };

    /// <summary>Whether it names its time, and so demands the code over the handshake.</summary>
    public bool NamesTime { get; init; }

    /// <summary>Whether it closes the connection with its challenge.</summary>
    public bool ClosesInBetween { get; init; }

    /// <summary>The challenge in place of a real one.</summary>
    public string? BadChallenge { get; init; }

    /// <summary>The request of the first connection, from 1 on, that is answered with <see cref="Fault"/>.</summary>
    public int FaultAt { get; init; }

    /// <summary>What goes wrong with it.</summary>
    public Fault Fault { get; init; }

    /// <summary>Body of a 401.</summary>
    public string RefusalBody { get; init; } = "{\"no\":1}";
}

/// <summary>
/// A server that asks for NTLM and checks the answer, once per connection: who signed in counts for all later requests of that connection.
/// It answers with the name of who it takes the caller for.
/// </summary>
internal sealed class NtlmServer : IAsyncDisposable
{
    private readonly RawUpstream _upstream;
    private readonly NtlmServerOptions _options;

    public NtlmServer(NtlmServerOptions? options = null)
    {
        _options = options ?? new();
        _upstream = new RawUpstream(ServeAsync);
    }

    public string Host => _upstream.Url;

    public IReadOnlyList<string> Requests => _upstream.Requests;

    public IReadOnlyList<RawConnection> Connections => _upstream.Connections;

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    /// <summary>A challenge message.</summary>
    public static byte[] Challenge(byte[] challenge, string target, byte[] info)
    {
        var name = Encoding.Unicode.GetBytes(target);
        var message = new byte[48 + name.Length + info.Length];
        "NTLMSSP\0"u8.CopyTo(message);
        message[8] = 2;
        Put(message, 12, name.Length, 48);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(20), (uint)NegotiateMessage.Flags);
        challenge.CopyTo(message, 24);
        Put(message, 40, info.Length, 48 + name.Length);
        name.CopyTo(message, 48);
        info.CopyTo(message, 48 + name.Length);
        return message;
    }

    private async Task ServeAsync(RawConnection connection)
    {
        string? user = null;
        byte[]? negotiate = null, challenge = null;
        while (await connection.ReadRequestAsync() is { } request)
        {
            if (connection.Index == 0 && connection.Requests.Count == _options.FaultAt)
            {
                if (_options.Fault == Fault.HalfBody)
                    await connection.WriteAsync($"HTTP/1.1 {(_options.FaultAt < 3 ? "401 Unauthorized\r\nWWW-Authenticate: NTLM" : "200 OK")}\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{{\"half\":");
                if (_options.Fault != Fault.End)
                    await connection.WaitForCloseAsync();
                return;
            }
            var token = Token(request);
            if (token is { Length: > 8 } && token[8] == 1)
            {
                (user, negotiate) = (null, token);
                challenge = Challenge(RandomNumberGenerator.GetBytes(8), "CORP", Info());
                var scheme = _options.Offers.Contains("NTLM") ? "NTLM" : "Negotiate";
                await connection.WriteAsync(Refusal([$"{scheme} {_options.BadChallenge ?? Convert.ToBase64String(challenge)}"], _options.ClosesInBetween));
                if (_options.ClosesInBetween)
                    return;
                continue;
            }
            if (token is { Length: > 8 } && token[8] == 3 && challenge is not null)
                user = Verify(negotiate!, challenge, token);
            challenge = null;
            if (user is null)
            {
                await connection.WriteAsync(Refusal(_options.Offers, false));
                continue;
            }
            var body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            var answer = $$"""{"user":"{{user.Replace("\\", "/", StringComparison.Ordinal)}}","body":"{{body}}","connection":{{connection.Index}}}""";
            await connection.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"));
        }
    }

    private string Refusal(IReadOnlyList<string> offers, bool closes)
    {
        var lines = string.Concat(offers.Select(static offer => $"WWW-Authenticate: {offer}\r\n"));
        return string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 401 Unauthorized\r\n{lines}{(closes ? "Connection: close\r\n" : "")}Content-Type: application/json\r\nContent-Length: {_options.RefusalBody.Length}\r\n\r\n{_options.RefusalBody}");
    }

    private byte[] Info() => _options.NamesTime
        ? [2, 0, 8, 0, .. Encoding.Unicode.GetBytes("CORP"), 7, 0, 8, 0, .. BitConverter.GetBytes(DateTimeOffset.UtcNow.ToFileTime()), 0, 0, 0, 0]
        : [2, 0, 8, 0, .. Encoding.Unicode.GetBytes("CORP"), 0, 0, 0, 0];

    // MS-NLMP, 3.2.5.1.2 and 3.3.2, from the server's side.
    private string? Verify(byte[] negotiate, byte[] challenge, byte[] message)
    {
        var (domain, name) = (Encoding.Unicode.GetString(Field(message, 28)), Encoding.Unicode.GetString(Field(message, 36)));
        var user = domain.Length == 0 ? name : $"{domain}\\{name}";
        var answer = Field(message, 20);
        if (!_options.Passwords.TryGetValue(user, out var password) || answer.Length <= 24)
            return null;
        var key = HMACMD5.HashData(KrakenPlugins.Cryptography.Md4.HashData(Encoding.Unicode.GetBytes(password)), Encoding.Unicode.GetBytes(name.ToUpperInvariant() + domain));
        byte[] proven = [.. challenge.AsSpan(24, 8), .. answer.AsSpan(16)];
        if (!HMACMD5.HashData(key, proven).AsSpan().SequenceEqual(answer.AsSpan(0, 16)))
            return null;
        if (!_options.NamesTime)
            return user;
        var mic = message.AsSpan(72, 16).ToArray();
        message.AsSpan(72, 16).Clear();
        byte[] all = [.. negotiate, .. challenge, .. message];
        return HMACMD5.HashData(HMACMD5.HashData(key, answer.AsSpan(0, 16)), all).AsSpan().SequenceEqual(mic) ? user : null;
    }

    private static byte[]? Token(string request)
    {
        var line = request.Split("\r\n").FirstOrDefault(static l => l.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase));
        return line is null || line.Split(' ') is not [_, "NTLM" or "Negotiate", var text] ? null : Convert.FromBase64String(text);
    }

    private static byte[] Field(byte[] message, int at) =>
        message.AsSpan((int)BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at + 4)), BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at))).ToArray();

    private static void Put(byte[] message, int at, int length, int offset)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at), (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at + 2), (ushort)length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(at + 4), (uint)offset);
    }
}
