namespace KrakenPlugins.Expressions;

/// <summary>What a <see cref="CelValue"/> is.</summary>
public enum CelKind : byte
{
    /// <summary><c>null</c>.</summary>
    Null,
    /// <summary>A boolean.</summary>
    Bool,
    /// <summary>A signed whole number of 64 bits.</summary>
    Int,
    /// <summary>An unsigned whole number of 64 bits.</summary>
    Uint,
    /// <summary>An IEEE 754 number of 64 bits.</summary>
    Double,
    /// <summary>A text; sizes and positions count code points.</summary>
    String,
    /// <summary>Bytes.</summary>
    Bytes,
    /// <summary>A <see cref="CelList"/>.</summary>
    List,
    /// <summary>A <see cref="CelMap"/>.</summary>
    Map,
    /// <summary>A length of time in seconds and nanoseconds.</summary>
    Duration,
    /// <summary>A moment in seconds since the epoch and nanoseconds.</summary>
    Timestamp,
    /// <summary>A type, as <c>type(x)</c> gives it.</summary>
    Type,
    /// <summary>A value that may be absent (<c>optional.of(x)</c>, <c>optional.none()</c>).</summary>
    Optional,
    /// <summary>A value of a type that a library brings (<see cref="CelOpaque"/>).</summary>
    Opaque,
    /// <summary>What went wrong; a value, so that <c>&amp;&amp;</c> and <c>||</c> can absorb it.</summary>
    Error,
}
