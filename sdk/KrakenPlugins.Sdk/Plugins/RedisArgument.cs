namespace KrakenPlugins.Sdk.Plugins;

/// <summary>A part of a Redis command: a text (sent in UTF-8), bytes, or a whole number.</summary>
public readonly struct RedisArgument
{
    private RedisArgument(string? text, ReadOnlyMemory<byte> bytes, long number)
    {
        Text = text;
        Bytes = bytes;
        Number = number;
    }

    /// <summary>The text, or <see langword="null"/> for another kind.</summary>
    public string? Text { get; }

    /// <summary>The bytes; empty for another kind.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The number.</summary>
    public long Number { get; }

    /// <summary>Whether it is a number.</summary>
    public bool IsNumber { get; private init; }

    /// <summary>A text.</summary>
    public static RedisArgument Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new RedisArgument(text, default, 0);
    }

    /// <summary>Bytes; not copied, and not used after the call that gets them.</summary>
    public static RedisArgument Of(ReadOnlyMemory<byte> bytes) => new(null, bytes, 0);

    /// <summary>A number, sent in decimal digits.</summary>
    public static RedisArgument Of(long number) => new(null, default, number) { IsNumber = true };

    /// <inheritdoc cref="Of(string)"/>
    public static implicit operator RedisArgument(string text) => Of(text);

    /// <inheritdoc cref="Of(long)"/>
    public static implicit operator RedisArgument(long number) => Of(number);

    /// <inheritdoc cref="Of(ReadOnlyMemory{byte})"/>
    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => Of(bytes);
}
