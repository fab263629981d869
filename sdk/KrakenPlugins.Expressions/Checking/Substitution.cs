namespace KrakenPlugins.Expressions.Checking;

/// <summary>What is known about the type variables of an expression. A type variable is a parameter with a name that no signature has.</summary>
internal sealed class Substitution
{
    private const int MaxDepth = 100;

    private readonly Dictionary<string, CelType> _bound = new(StringComparer.Ordinal);
    private readonly Stack<(string Name, CelType? Before)> _changes = new();
    private int _count;

    public CelType Fresh() => CelType.Parameter($"#{_count++}");

    /// <summary>Whether a value of the one type can stand where the other is wanted; what that says about variables is kept.</summary>
    public bool IsAssignable(CelType actual, CelType wanted) => AreAssignable([actual], [wanted]);

    /// <summary>The same for several at once, which all fit or leave nothing behind.</summary>
    public bool AreAssignable(ReadOnlySpan<CelType> actual, ReadOnlySpan<CelType> wanted)
    {
        _changes.Clear();
        for (var i = 0; i < actual.Length; i++)
        {
            if (Assign(actual[i], wanted[i], 0))
                continue;
            Undo();
            return false;
        }
        return true;
    }

    /// <summary>The type of something that is either; dyn when they have nothing in common.</summary>
    public CelType Join(CelType? left, CelType right)
    {
        if (left is null || left.Equals(right))
            return right;
        return IsAssignable(left, right) ? MoreGeneral(left, right) : CelType.Dyn;
    }

    /// <summary>The type with what is known of its variables in their place; unknown ones stay or become dyn.</summary>
    public CelType Apply(CelType type, bool isFinal = false) => Apply(type, isFinal, 0);

    private CelType Apply(CelType type, bool isFinal, int depth)
    {
        if (depth > MaxDepth)
            return CelType.Dyn;
        if (type.Kind == CelTypeKind.Parameter)
        {
            if (_bound.TryGetValue(type.Name, out var bound))
                return Apply(bound, isFinal, depth + 1);
            return isFinal ? CelType.Dyn : type;
        }
        if (type.Parameters.Count == 0)
            return type;
        var parameters = new CelType[type.Parameters.Count];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = Apply(type.Parameters[i], isFinal, depth + 1);
        return With(type, parameters);
    }

    /// <summary>The type with its own parameters in place of those of the signature.</summary>
    public CelType Rename(CelType type, Dictionary<string, CelType> names)
    {
        if (type.Kind == CelTypeKind.Parameter)
        {
            if (!names.TryGetValue(type.Name, out var fresh))
                names[type.Name] = fresh = Fresh();
            return fresh;
        }
        return type.Parameters.Count == 0 ? type : With(type, [.. type.Parameters.Select(p => Rename(p, names))]);
    }

    private static CelType With(CelType type, CelType[] parameters) => type.Kind switch
    {
        CelTypeKind.List => CelType.List(parameters[0]),
        CelTypeKind.Map => CelType.Map(parameters[0], parameters[1]),
        CelTypeKind.Type => CelType.TypeOf(parameters[0]),
        _ => CelType.Opaque(type.Name, parameters),
    };

    private void Undo()
    {
        while (_changes.TryPop(out var change))
        {
            if (change.Before is null)
                _bound.Remove(change.Name);
            else
                _bound[change.Name] = change.Before;
        }
    }

    private void Set(CelType variable, CelType type)
    {
        _changes.Push((variable.Name, _bound.GetValueOrDefault(variable.Name)));
        _bound[variable.Name] = type;
    }

    private bool Assign(CelType actual, CelType wanted, int depth)
    {
        if (depth > MaxDepth)
            return false;
        if (wanted.Kind == CelTypeKind.Parameter)
        {
            var (isValid, isBound) = Bind(actual, wanted, depth);
            if (isValid || isBound)
                return isValid;
        }
        if (actual.Kind == CelTypeKind.Parameter)
            return Bind(wanted, actual, depth).IsValid;
        if (actual.Kind == CelTypeKind.Dyn || wanted.Kind == CelTypeKind.Dyn)
            return true;
        if (actual.Kind == CelTypeKind.Null || wanted.Kind == CelTypeKind.Null)
            return IsNullable(actual) && IsNullable(wanted);
        if (actual.Kind != wanted.Kind)
            return false;
        if (actual.Kind == CelTypeKind.Type)
            return true;
        if (actual.Name != wanted.Name || actual.Parameters.Count != wanted.Parameters.Count)
            return false;
        for (var i = 0; i < actual.Parameters.Count; i++)
        {
            if (!Assign(actual.Parameters[i], wanted.Parameters[i], depth + 1))
                return false;
        }
        return true;
    }

    // For historical reasons the language lets null stand for times and library types.
    private static bool IsNullable(CelType type) => type.Kind is CelTypeKind.Null or CelTypeKind.Duration or CelTypeKind.Timestamp or CelTypeKind.Opaque;

    private (bool IsValid, bool IsBound) Bind(CelType type, CelType variable, int depth)
    {
        if (type.Equals(variable))
            return (true, true);
        if (_bound.TryGetValue(variable.Name, out var bound))
        {
            if (type.Equals(bound))
                return (true, true);
            if (!Assign(type, bound, depth + 1))
                return (false, true);
            var general = MoreGeneral(type, bound);
            if (!Occurs(variable, general, 0))
                Set(variable, general);
            return (true, true);
        }
        if (Occurs(variable, type, 0))
            return (false, false);
        Set(variable, type);
        return (true, false);
    }

    private bool Occurs(CelType variable, CelType type, int depth)
    {
        if (depth > MaxDepth || type.Equals(variable))
            return true;
        if (type.Kind == CelTypeKind.Parameter)
            return _bound.TryGetValue(type.Name, out var bound) && Occurs(variable, bound, depth + 1);
        foreach (var parameter in type.Parameters)
        {
            if (Occurs(variable, parameter, depth + 1))
                return true;
        }
        return false;
    }

    private static CelType MoreGeneral(CelType left, CelType right) => IsAtLeastAsGeneral(left, right) ? left : right;

    private static bool IsAtLeastAsGeneral(CelType left, CelType right)
    {
        if (left.Kind is CelTypeKind.Dyn or CelTypeKind.Parameter || right.Kind == CelTypeKind.Null)
            return true;
        if (right.Kind is CelTypeKind.Dyn or CelTypeKind.Parameter || left.Kind != right.Kind)
            return false;
        if (left.Kind == CelTypeKind.Type)
            return true;
        if (left.Name != right.Name || left.Parameters.Count != right.Parameters.Count)
            return false;
        for (var i = 0; i < left.Parameters.Count; i++)
        {
            if (!IsAtLeastAsGeneral(left.Parameters[i], right.Parameters[i]))
                return false;
        }
        return true;
    }
}
