using System.Buffers.Text;
using System.Text;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>What a reply is.</summary>
public enum RedisReplyKind
{
    /// <summary>Nothing: a key or field that does not exist.</summary>
    Null,
    /// <summary>A whole number; truth is 1 or 0.</summary>
    Integer,
    /// <summary>A text or bytes; numbers with a fraction too.</summary>
    Text,
    /// <summary>A list; maps are names and values in turn.</summary>
    List,
    /// <summary>No result.</summary>
    Failed,
}

/// <summary>Why a command has no result.</summary>
public enum RedisFailure
{
    /// <summary>It has one.</summary>
    None,
    /// <summary>The server answered with an error; it executed nothing, or a script up to the error.</summary>
    Error,
    /// <summary>The server cannot be reached, or refuses the credentials. The command was not executed.</summary>
    Unavailable,
    /// <summary>The bound of commands in flight was reached for too long. The command was not executed.</summary>
    Busy,
    /// <summary>The time was over. Whether the command was or will be executed is unknown.</summary>
    Timeout,
    /// <summary>The connection broke before the answer. Whether the command was executed is unknown.</summary>
    Lost,
}

/// <summary>The answer of a Redis server, or why there is none.</summary>
public readonly struct RedisReply
{
    private readonly object? _value;
    private readonly long _number;

    private RedisReply(RedisReplyKind kind, object? value, long number, RedisFailure failure = RedisFailure.None)
    {
        Kind = kind;
        Failure = failure;
        _value = value;
        _number = number;
    }

    /// <summary>What it is.</summary>
    public RedisReplyKind Kind { get; }

    /// <summary>Why there is no result; <see cref="RedisFailure.None"/> when there is one.</summary>
    public RedisFailure Failure { get; }

    /// <summary>Whether there is no result.</summary>
    public bool IsFailed => Kind == RedisReplyKind.Failed;

    /// <summary>What went wrong, without addresses' credentials or values of keys; empty when nothing did.</summary>
    public string Error => IsFailed ? (string)_value! : "";

    /// <summary>The bytes of a text; empty for any other kind.</summary>
    public ReadOnlyMemory<byte> Bytes => Kind == RedisReplyKind.Text ? (byte[])_value! : default;

    /// <summary>The text of a text, from UTF-8; empty for any other kind.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The elements of a list; empty for any other kind.</summary>
    public ReadOnlyMemory<RedisReply> Items => Kind == RedisReplyKind.List ? new ReadOnlyMemory<RedisReply>((RedisReply[])_value!, 0, (int)_number) : default;

    /// <summary>A list.</summary>
    public static RedisReply Of(RedisReply[] items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Of(items, items.Length);
    }

    /// <summary>A list of the first elements of an array.</summary>
    /// <param name="items">The array; not copied.</param>
    /// <param name="count">How many of them.</param>
    public static RedisReply Of(RedisReply[] items, int count)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)items.Length, nameof(count));
        return new RedisReply(RedisReplyKind.List, items, count);
    }

    /// <summary>A number.</summary>
    public static RedisReply Of(long number) => new(RedisReplyKind.Integer, null, number);

    /// <summary>A text; the bytes are not copied.</summary>
    public static RedisReply Of(byte[] text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new RedisReply(RedisReplyKind.Text, text, 0);
    }

    /// <summary>No result.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="error">What a person reads.</param>
    public static RedisReply Failed(RedisFailure failure, string error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new RedisReply(RedisReplyKind.Failed, error, 0, failure);
    }

    /// <summary>A whole number, or a text that is one.</summary>
    /// <returns>Whether it is one.</returns>
    public bool TryGetInteger(out long number)
    {
        number = _number;
        if (Kind == RedisReplyKind.Integer)
            return true;
        var text = Bytes.Span;
        return Utf8Parser.TryParse(text, out number, out var read) && read == text.Length;
    }
}
