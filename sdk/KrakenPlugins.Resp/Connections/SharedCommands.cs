using System.Collections.Frozen;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Connections;

/// <summary>Commands that cannot share a connection: they change it for others, occupy it, or answer more or less than once.</summary>
internal static class SharedCommands
{
    private static readonly FrozenSet<string> s_refused = new[]
    {
        "SELECT", "AUTH", "HELLO", "RESET", "QUIT", "CLIENT", "ASKING", "READONLY", "READWRITE", "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH",
        "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE", "MONITOR", "SYNC", "PSYNC", "SHUTDOWN",
        "BLPOP", "BRPOP", "BLMOVE", "BLMPOP", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "XREAD", "XREADGROUP", "WAIT", "WAITAOF",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">The command is one of them, or none.</exception>
    public static void Check(ReadOnlySpan<RedisArgument> command)
    {
        if (command.IsEmpty || command[0].Text is not { Length: > 0 } name)
            throw new ArgumentException("A command begins with its name.", nameof(command));
        if (s_refused.Contains(name))
            throw new ArgumentException($"{name} cannot be sent on a connection that others use too.", nameof(command));
    }
}
