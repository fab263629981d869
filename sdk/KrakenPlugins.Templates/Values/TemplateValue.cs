using System.Globalization;

namespace KrakenPlugins.Templates;

/// <summary>
/// A value that a template works with. Numbers and booleans lie in the struct itself, so passing them allocates nothing.
/// <c>default</c> is <see cref="Missing"/>.
/// </summary>
public readonly struct TemplateValue
{
    private readonly object? _reference;
    private readonly long _bits;

    private TemplateValue(TemplateKind kind, object? reference, long bits, bool isBoxed = false)
    {
        Kind = kind;
        IsBoxed = isBoxed;
        _reference = reference;
        _bits = bits;
    }

    /// <summary>What the value is.</summary>
    public TemplateKind Kind { get; }

    /// <summary>Whether the value came out of a list or map of anything, whose type messages then name: <c>interface {}</c>.</summary>
    internal bool IsBoxed { get; }

    /// <summary>No value: what a key that does not exist gives.</summary>
    public static TemplateValue Missing => default;

    /// <summary>The nil value.</summary>
    public static TemplateValue Nil => new(TemplateKind.Nil, null, 0);

    /// <summary>A boolean.</summary>
    public static TemplateValue From(bool value) => new(TemplateKind.Bool, null, value ? 1 : 0);

    /// <summary>An integer.</summary>
    public static TemplateValue From(long value) => new(TemplateKind.Int, null, value);

    /// <summary>A floating-point number.</summary>
    public static TemplateValue From(double value) => new(TemplateKind.Float, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A text; null is <see cref="Nil"/>.</summary>
    public static TemplateValue From(string? value) => value is null ? Nil : new(TemplateKind.String, value, 0);

    /// <summary>A list; null is <see cref="Nil"/>.</summary>
    public static TemplateValue From(ITemplateList? value) => value is null ? Nil : new(TemplateKind.List, value, 0);

    /// <summary>A map; null is <see cref="Nil"/>.</summary>
    public static TemplateValue From(ITemplateMap? value) => value is null ? Nil : new(TemplateKind.Map, value, 0);

    /// <summary>Any other object; null is <see cref="Nil"/>. Implement <see cref="ITemplateObject"/> to give it a type name and members.</summary>
    public static TemplateValue FromObject(object? value) => value is null ? Nil : new(TemplateKind.Object, value, 0);

    /// <summary>A floating-point number that prints as the text it was read from, so that <c>12345678901234567890</c> keeps its digits.</summary>
    public static TemplateValue FromNumber(double value, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new TemplateValue(TemplateKind.Float, text, BitConverter.DoubleToInt64Bits(value));
    }

    /// <summary>The boolean of a <see cref="TemplateKind.Bool"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public bool AsBool => Kind == TemplateKind.Bool ? _bits != 0 : throw NotA(TemplateKind.Bool);

    /// <summary>The integer of a <see cref="TemplateKind.Int"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public long AsInt => Kind == TemplateKind.Int ? _bits : throw NotA(TemplateKind.Int);

    /// <summary>The number of a <see cref="TemplateKind.Float"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public double AsFloat => Kind == TemplateKind.Float ? BitConverter.Int64BitsToDouble(_bits) : throw NotA(TemplateKind.Float);

    /// <summary>The text of a <see cref="TemplateKind.String"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public string AsString => Kind == TemplateKind.String ? (string)_reference! : throw NotA(TemplateKind.String);

    /// <summary>The list of a <see cref="TemplateKind.List"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public ITemplateList AsList => Kind == TemplateKind.List ? (ITemplateList)_reference! : throw NotA(TemplateKind.List);

    /// <summary>The map of a <see cref="TemplateKind.Map"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public ITemplateMap AsMap => Kind == TemplateKind.Map ? (ITemplateMap)_reference! : throw NotA(TemplateKind.Map);

    /// <summary>The object of a <see cref="TemplateKind.Object"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public object AsObject => Kind == TemplateKind.Object ? _reference! : throw NotA(TemplateKind.Object);

    /// <summary>The text that a number of <see cref="FromNumber"/> was read from, else null.</summary>
    public string? NumberText => Kind == TemplateKind.Float ? (string?)_reference : null;

    /// <summary>Whether there is nothing: <see cref="TemplateKind.Missing"/> or <see cref="TemplateKind.Nil"/>.</summary>
    public bool IsNothing => Kind <= TemplateKind.Nil;

    /// <summary>Go's truth: false are false, 0, nothing, and empty texts, lists and maps.</summary>
    public bool IsTrue => Kind switch
    {
        TemplateKind.Bool or TemplateKind.Int => _bits != 0,
        TemplateKind.Float => BitConverter.Int64BitsToDouble(_bits) != 0,
        TemplateKind.String => ((string)_reference!).Length > 0,
        TemplateKind.List => ((ITemplateList)_reference!).Count > 0,
        TemplateKind.Map => ((ITemplateMap)_reference!).Count > 0,
        TemplateKind.Object => _reference is not ITemplateObject { IsTrue: false },
        _ => false,
    };

    /// <summary>The name of the type in Go: <c>int</c>, <c>float64</c>, <c>map[string]interface {}</c>; <c>&lt;nil&gt;</c> for nothing.</summary>
    public string TypeName => Kind switch
    {
        TemplateKind.Bool => "bool",
        TemplateKind.Int => "int",
        TemplateKind.Float => "float64",
        TemplateKind.String => "string",
        TemplateKind.List => ((ITemplateList)_reference!).TypeName,
        TemplateKind.Map => ((ITemplateMap)_reference!).TypeName,
        TemplateKind.Object => _reference switch
        {
            ITemplateObject named => named.TypeName,
            TemplateFunction => "func",
            _ => _reference!.GetType().Name,
        },
        _ => "<nil>",
    };

    /// <summary>The number as an integer, when it is an integer or a floating-point number without a fraction that fits 64 bits.</summary>
    public bool TryGetInteger(out long value)
    {
        if (Kind == TemplateKind.Int)
        {
            value = _bits;
            return true;
        }
        if (Kind == TemplateKind.Float)
        {
            // The text may hold more digits than the number.
            if (_reference is string text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) return true;
            var number = BitConverter.Int64BitsToDouble(_bits);
            if (number >= -9223372036854775808.0 && number < 9223372036854775808.0 && Math.Truncate(number) == number)
            {
                value = (long)number;
                return true;
            }
        }
        value = 0;
        return false;
    }

    /// <summary>The value as an element of a list or map.</summary>
    internal TemplateValue Boxed() => IsBoxed || Kind == TemplateKind.Missing ? this : new TemplateValue(Kind, _reference, _bits, true);

    /// <summary>The value as the result of a command: what it is by itself, and no value instead of nil.</summary>
    internal TemplateValue Unboxed()
    {
        if (Kind == TemplateKind.Nil) return default;
        return IsBoxed ? new TemplateValue(Kind, _reference, _bits) : this;
    }

    private InvalidOperationException NotA(TemplateKind expected) => new($"the value is {Kind}, not {expected}");
}
