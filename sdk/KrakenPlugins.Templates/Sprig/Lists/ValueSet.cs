using System.Runtime.InteropServices;

namespace KrakenPlugins.Templates.Sprig.Lists;

/// <summary>Values that differ from each other. Texts and numbers are found by hash; lists, maps and objects by comparing with all others.</summary>
internal struct ValueSet(string function)
{
    private HashSet<string>? _texts;
    private HashSet<double>? _numbers;
    private List<TemplateValue>? _others;
    private ValueEquality _equality = new(function);

    /// <summary>Adds a value; false when an equal one is there.</summary>
    public bool Add(TemplateValue value)
    {
        switch (value.Kind)
        {
            case TemplateKind.String:
                return (_texts ??= new HashSet<string>(StringComparer.Ordinal)).Add(value.AsString);
            case TemplateKind.Int or TemplateKind.Float when TryGetNumber(value, out var number):
                return (_numbers ??= []).Add(number);
        }
        if (Contains(value)) return false;
        (_others ??= []).Add(value);
        return true;
    }

    public bool Contains(TemplateValue value)
    {
        switch (value.Kind)
        {
            case TemplateKind.String:
                return _texts is not null && _texts.Contains(value.AsString);
            case TemplateKind.Int or TemplateKind.Float when TryGetNumber(value, out var number):
                return _numbers is not null && _numbers.Contains(number);
        }
        if (_others is null) return false;
        foreach (ref readonly var other in CollectionsMarshal.AsSpan(_others))
            if (_equality.Compare(value, other)) return true;
        return false;
    }

    // Integers that a double does not hold exactly are compared as integers.
    private static bool TryGetNumber(TemplateValue value, out double number)
    {
        number = value.Kind == TemplateKind.Int ? value.AsInt : value.AsFloat;
        return Math.Abs(number) < 9007199254740992 && !double.IsNaN(number);
    }
}
