using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions;

/// <summary>
/// A value of an expression: its kind, 8 bytes for what fits into them, and a reference for the rest. Nothing is boxed. The default
/// value is <c>null</c>. Equality is CEL's: numbers compare across their types, NaN equals nothing, lists and maps compare by content.
/// </summary>
public readonly struct CelValue : IEquatable<CelValue>
{
    private readonly object? _object;
    private readonly long _bits;
    private readonly int _nanos;
    private readonly short _offsetMinutes;
    private readonly CelKind _kind;

    private CelValue(CelKind kind, long bits, object? reference = null, int nanos = 0, short offsetMinutes = 0)
    {
        _offsetMinutes = offsetMinutes;
        _kind = kind;
        _bits = bits;
        _object = reference;
        _nanos = nanos;
    }

    /// <summary>What the value is.</summary>
    public CelKind Kind => _kind;

    /// <summary><c>null</c>.</summary>
    public static CelValue Null => default;

    /// <summary><c>true</c>.</summary>
    public static CelValue True => new(CelKind.Bool, 1);

    /// <summary><c>false</c>.</summary>
    public static CelValue False => new(CelKind.Bool, 0);

    /// <summary>The optional value that is absent.</summary>
    public static CelValue None => new(CelKind.Optional, 0);

    /// <summary>A boolean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CelValue Of(bool value) => new(CelKind.Bool, value ? 1 : 0);

    /// <summary>A signed whole number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CelValue Of(long value) => new(CelKind.Int, value);

    /// <summary>An unsigned whole number.</summary>
    public static CelValue Of(ulong value) => new(CelKind.Uint, unchecked((long)value));

    /// <summary>A double.</summary>
    public static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A text.</summary>
    public static CelValue Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(CelKind.String, 0, value);
    }

    /// <summary>Bytes; the array is kept, not copied, and must not change any more.</summary>
    public static CelValue OfBytes(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(CelKind.Bytes, 0, value);
    }

    /// <summary>A list.</summary>
    public static CelValue OfList(CelList value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(CelKind.List, 0, value);
    }

    /// <summary>A list of these elements; the array is kept, not copied.</summary>
    public static CelValue OfList(params CelValue[] elements) => OfList(new ArrayList(elements));

    /// <summary>A map.</summary>
    public static CelValue OfMap(CelMap value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(CelKind.Map, 0, value);
    }

    /// <summary>A map of these entries; throws <see cref="ArgumentException"/> when a key occurs twice or is neither bool, int, uint nor string.</summary>
    public static CelValue OfMap(params ReadOnlySpan<KeyValuePair<CelValue, CelValue>> entries) => OfMap(ValueMap.Of(entries));

    /// <summary>A length of time.</summary>
    public static CelValue OfDuration(TimeSpan value) => OfDuration(value.Ticks / TimeSpan.TicksPerSecond, (int)(value.Ticks % TimeSpan.TicksPerSecond) * 100);

    /// <summary>A length of time in seconds and nanoseconds of the same sign, or an error beyond CEL's range (290 years).</summary>
    public static CelValue OfDuration(long seconds, int nanos) => CelTime.Duration(seconds, nanos);

    /// <summary>A moment; its offset is what getters without zone use where the environment says so.</summary>
    public static CelValue OfTimestamp(DateTimeOffset value)
    {
        var ticks = value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }
        return OfTimestamp(seconds, (int)rest * 100, (int)value.Offset.TotalMinutes);
    }

    /// <summary>
    /// A moment in seconds since the epoch and 0 to 999,999,999 nanoseconds, with the offset from UTC in minutes of the text it was
    /// read from; an error outside of the years 1 to 9999.
    /// </summary>
    public static CelValue OfTimestamp(long seconds, int nanos, int offsetMinutes = 0) => CelTime.Timestamp(seconds, nanos, offsetMinutes);

    /// <summary>A type.</summary>
    public static CelValue OfType(CelType value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(CelKind.Type, 0, value);
    }

    /// <summary>An optional value that is there.</summary>
    public static CelValue OfOptional(CelValue value) => new(CelKind.Optional, 1, new OptionalContent(value));

    /// <summary>A value of a library's own type.</summary>
    public static CelValue OfOpaque(CelOpaque value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(CelKind.Opaque, 0, value);
    }

    /// <summary>An error.</summary>
    public static CelValue Error(CelError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(CelKind.Error, 0, error);
    }

    /// <summary>An error with a text.</summary>
    public static CelValue Error(CelErrorCode code, string message) => Error(new CelError(code, message));

    internal static CelValue UncheckedDuration(long seconds, int nanos) => new(CelKind.Duration, seconds, null, nanos);

    internal static CelValue UncheckedTimestamp(long seconds, int nanos, int offsetMinutes) => new(CelKind.Timestamp, seconds, null, nanos, (short)offsetMinutes);

    /// <summary>Whether it is the boolean <c>true</c>: the only value that lets a guard pass.</summary>
    public bool IsTrue => _kind == CelKind.Bool && _bits != 0;

    /// <summary>Whether it is an error.</summary>
    public bool IsError => _kind == CelKind.Error;

    /// <summary>The boolean; throws <see cref="InvalidOperationException"/> for another kind, as do its neighbours.</summary>
    public bool AsBool => Require(CelKind.Bool)._bits != 0;

    /// <summary>The signed whole number.</summary>
    public long AsInt => Require(CelKind.Int)._bits;

    /// <summary>The unsigned whole number.</summary>
    public ulong AsUint => unchecked((ulong)Require(CelKind.Uint)._bits);

    /// <summary>The double.</summary>
    public double AsDouble => BitConverter.Int64BitsToDouble(Require(CelKind.Double)._bits);

    /// <summary>The text.</summary>
    public string AsString => Unsafe.As<string>(Require(CelKind.String)._object!);

    /// <summary>The bytes; not to be changed.</summary>
    public byte[] AsBytes => Unsafe.As<byte[]>(Require(CelKind.Bytes)._object!);

    /// <summary>The list.</summary>
    public CelList AsList => Unsafe.As<CelList>(Require(CelKind.List)._object!);

    /// <summary>The map.</summary>
    public CelMap AsMap => Unsafe.As<CelMap>(Require(CelKind.Map)._object!);

    /// <summary>The type.</summary>
    public CelType AsType => Unsafe.As<CelType>(Require(CelKind.Type)._object!);

    /// <summary>The library's value.</summary>
    public CelOpaque AsOpaque => Unsafe.As<CelOpaque>(Require(CelKind.Opaque)._object!);

    /// <summary>The error.</summary>
    public CelError AsError => Unsafe.As<CelError>(Require(CelKind.Error)._object!);

    /// <summary>Whole seconds of a duration, or of a timestamp since the epoch.</summary>
    public long Seconds => _kind is CelKind.Duration or CelKind.Timestamp ? _bits : throw Other(CelKind.Timestamp);

    /// <summary>Nanoseconds beyond <see cref="Seconds"/>: of a duration with its sign, of a timestamp 0 to 999,999,999.</summary>
    public int Nanos => _kind is CelKind.Duration or CelKind.Timestamp ? _nanos : throw Other(CelKind.Timestamp);

    /// <summary>The content of an optional value; <see langword="false"/> when it is absent.</summary>
    public bool TryGetOptional(out CelValue value)
    {
        Require(CelKind.Optional);
        // The caller may have the content put in place of this value.
        var isThere = _bits != 0;
        value = isThere ? Unsafe.As<OptionalContent>(_object!).Value : default;
        return isThere;
    }

    internal long Bits => _bits;

    internal object? Reference => _object;

    internal int RawNanos => _nanos;

    internal int OffsetMinutes => _offsetMinutes;

    internal double RawDouble => BitConverter.Int64BitsToDouble(_bits);

    internal string RawString => Unsafe.As<string>(_object!);

    internal CelList RawList => Unsafe.As<CelList>(_object!);

    internal CelMap RawMap => Unsafe.As<CelMap>(_object!);

    /// <summary>The type of the value at run time; that of lists and maps says nothing about their elements.</summary>
    public CelType Type => CelType.OfValue(this);

    /// <summary>CEL's <c>==</c>; nested lists and maps are compared to a depth of 500, beyond which nothing is equal.</summary>
    public bool Equals(CelValue other) => CelEquality.AreEqual(this, other);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is CelValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => CelEquality.Hash(this);

    /// <summary>CEL's <c>==</c>.</summary>
    public static bool operator ==(CelValue left, CelValue right) => left.Equals(right);

    /// <summary>CEL's <c>!=</c>.</summary>
    public static bool operator !=(CelValue left, CelValue right) => !left.Equals(right);

    /// <summary>The value as an expression would write it, shortened where it is long; for people, not for programs.</summary>
    public override string ToString() => CelText.Describe(this);

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly CelValue Require(CelKind kind)
    {
        if (_kind != kind)
            throw Other(kind);
        return ref this;
    }

    private InvalidOperationException Other(CelKind wanted) => new($"the value is of kind {_kind}, not {wanted}");
}

internal sealed class OptionalContent(CelValue value)
{
    public CelValue Value { get; } = value;
}
