namespace KrakenPlugins.Templates.Functions;

/// <summary>The comparisons of Go's templates, but numbers compare by their values whatever their types.</summary>
internal static class Comparison
{
    private const string BadType = "invalid type for comparison";
    private const string Incompatible = "incompatible types for comparison";

    /// <summary>Whether the first value equals any of the others.</summary>
    public static bool AreEqual(in TemplateValue first, ReadOnlySpan<TemplateValue> others)
    {
        if (others.Length == 0) throw new TemplateFunctionException("missing argument for comparison");
        foreach (ref readonly var other in others)
        {
            if (AreEqual(first, other)) return true;
        }
        return false;
    }

    public static bool IsLess(in TemplateValue left, in TemplateValue right)
    {
        var kind = Group(left);
        var other = Group(right);
        if (kind == Basic.None || other == Basic.None) throw new TemplateFunctionException(BadType);
        if (kind != other) throw new TemplateFunctionException(Incompatible);
        return kind switch
        {
            Basic.Number => CompareNumbers(left, right) == -1,
            Basic.Text => KeyOrder.Instance.Compare(left.AsString, right.AsString) < 0,
            _ => throw new TemplateFunctionException(BadType),
        };
    }

    public static bool IsLessOrEqual(in TemplateValue left, in TemplateValue right) => IsLess(left, right) || AreEqual(left, right);

    private static bool AreEqual(in TemplateValue left, in TemplateValue right)
    {
        var kind = Group(left);
        if (kind != Group(right))
        {
            if (!left.IsNothing && !right.IsNothing) throw new TemplateFunctionException(Incompatible);
            return false;
        }
        switch (kind)
        {
            case Basic.Bool:
                return left.AsBool == right.AsBool;
            case Basic.Number:
                return CompareNumbers(left, right) == 0;
            case Basic.Text:
                return left.AsString == right.AsString;
        }
        RefuseCollection(left);
        RefuseCollection(right);
        if (left.IsNothing || right.IsNothing) return left.IsNothing == right.IsNothing;
        return left.AsObject.Equals(right.AsObject);
    }

    private static void RefuseCollection(in TemplateValue value)
    {
        if (value.Kind is TemplateKind.List or TemplateKind.Map)
            throw new TemplateFunctionException($"non-comparable type {GoFormat.Print(value)}: {value.TypeName}");
    }

    private enum Basic
    {
        None,
        Bool,
        Number,
        Text,
    }

    private static Basic Group(in TemplateValue value) => value.Kind switch
    {
        TemplateKind.Bool => Basic.Bool,
        TemplateKind.Int or TemplateKind.Float => Basic.Number,
        TemplateKind.String => Basic.Text,
        _ => Basic.None,
    };

    /// <summary>-1, 0 or 1, exactly also where one number is an integer that no double can hold; 2 when one is NaN.</summary>
    private static int CompareNumbers(in TemplateValue first, in TemplateValue second)
    {
        var (left, right) = (Exact(first), Exact(second));
        if (left.Kind == TemplateKind.Int)
        {
            if (right.Kind == TemplateKind.Int) return left.AsInt.CompareTo(right.AsInt);
            return CompareMixed(left.AsInt, right.AsFloat);
        }
        if (right.Kind == TemplateKind.Int)
        {
            var mixed = CompareMixed(right.AsInt, left.AsFloat);
            return mixed == 2 ? 2 : -mixed;
        }
        var (a, b) = (left.AsFloat, right.AsFloat);
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2;
    }

    /// <summary>A number whose text is an integer as that integer.</summary>
    private static TemplateValue Exact(in TemplateValue value) =>
        value.NumberText is not null && value.TryGetInteger(out var integer) ? TemplateValue.From(integer) : value;

    private static int CompareMixed(long integer, double number)
    {
        if (double.IsNaN(number)) return 2;
        if (number >= 9223372036854775808.0) return -1;
        if (number < -9223372036854775808.0) return 1;
        var whole = Math.Floor(number);
        var order = integer.CompareTo((long)whole);
        return order != 0 ? order : number > whole ? -1 : 0;
    }
}
