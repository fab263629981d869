using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Templates;

/// <summary>
/// The functions that templates may call beside the built-in ones. Templates are bound to the functions when they are parsed,
/// so what is added later is unknown to them. Not safe for changes from several threads.
/// </summary>
public sealed class FunctionTable
{
    private readonly Dictionary<string, TemplateFunction> _functions = new(StringComparer.Ordinal);

    /// <summary>The names of the functions, in no particular order.</summary>
    public IReadOnlyCollection<string> Names => _functions.Keys;

    /// <summary>Adds a function; one of the same name, built-in ones included, is replaced.</summary>
    public void Add(TemplateFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _functions[function.Name] = function;
    }

    /// <summary>The function of that name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TemplateFunction? function) => _functions.TryGetValue(name, out function);
}
