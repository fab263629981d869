using KrakenPlugins.Expressions.Nodes;
using KrakenPlugins.Expressions.Syntax;

namespace KrakenPlugins.Expressions.Checking;

/// <summary>A function with all its overloads, ready to be called.</summary>
internal sealed class FunctionDeclaration(string name)
{
    public string Name { get; } = name;

    public List<(TypeSignature Types, Signature Signature)> Overloads { get; } = [];

    public List<string> Variables { get; } = [];

    public void Add(CelFunction function)
    {
        foreach (var overload in function.Overloads)
        {
            if (Overloads.Exists(o => o.Signature.Overload.Id == overload.Id))
                throw new ArgumentException($"the overload {overload.Id} of {Name} is declared twice", nameof(function));
            Overloads.Add((new(overload.Result, [.. overload.Parameters]), new(overload)));
        }
        Variables.AddRange(function.Variables);
    }
}

/// <summary>Everything that has a name, and how names are looked up.</summary>
internal sealed class Declarations
{
    private readonly Dictionary<string, (int Slot, CelType Type)> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CelType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FunctionDeclaration> _functions = new(StringComparer.Ordinal);
    private readonly string[] _prefixes;

    public Declarations(CelEnvironmentBuilder builder, IEnumerable<CelFunction> functions)
    {
        foreach (var (name, type) in builder.Variables)
            _variables.Add(name, (_variables.Count, type));
        foreach (var function in functions)
        {
            if (!_functions.TryGetValue(function.Name, out var declaration))
                _functions.Add(function.Name, declaration = new(function.Name));
            declaration.Add(function);
        }
        foreach (var type in builder.TypeNames)
            _types[type.Name] = type;
        _prefixes = [.. Prefixes(builder.ContainerName)];
        Macros = new(builder.HasBindings, builder.HasOptionals, builder.HasTwoVariableMacros, builder.HasBlocks);
    }

    public Macros Macros { get; }

    public IEnumerable<string> VariableNames => _variables.Keys;

    public IEnumerable<string> FunctionNames => _functions.Keys;

    public bool TryVariable(string name, bool isAbsolute, out string found, out int slot, out CelType type)
    {
        foreach (var prefix in isAbsolute ? [""] : _prefixes)
        {
            if (!_variables.TryGetValue(prefix + name, out var variable))
                continue;
            (found, slot, type) = (prefix + name, variable.Slot, variable.Type);
            return true;
        }
        (found, slot, type) = ("", 0, CelType.Dyn);
        return false;
    }

    public CelType? Type(string name, bool isAbsolute) => Find(_types, name, isAbsolute);

    public FunctionDeclaration? Function(string name, bool isAbsolute) => Find(_functions, name, isAbsolute);

    private T? Find<T>(Dictionary<string, T> names, string name, bool isAbsolute) where T : class
    {
        foreach (var prefix in isAbsolute ? [""] : _prefixes)
        {
            if (names.TryGetValue(prefix + name, out var found))
                return found;
        }
        return null;
    }

    private static IEnumerable<string> Prefixes(string container)
    {
        for (var rest = container; rest.Length > 0; rest = rest[..Math.Max(rest.LastIndexOf('.'), 0)])
            yield return rest + ".";
        yield return "";
    }
}
