using System.Net;
using System.Security.Cryptography;

namespace KrakenPlugins.Templates;

/// <summary>What the functions of <see cref="SprigFunctions"/> know of the world. Safe for concurrent use if its delegates are.</summary>
public sealed class SprigEnvironment
{
    /// <summary>The environment variables that <c>env</c> and <c>expandenv</c> read; null for a variable that is not set.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The clock and the local time zone.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Fills bytes with randomness; the default is fit for secrets, and so must be any other.</summary>
    public Action<Span<byte>> FillRandom { get; init; } = static bytes => RandomNumberGenerator.Fill(bytes);

    /// <summary>The addresses of a host name, for <c>getHostByName</c>; throws <see cref="System.Net.Sockets.SocketException"/> when there are none.</summary>
    public Func<string, IPAddress[]> ResolveHost { get; init; } = Dns.GetHostAddresses;
}
