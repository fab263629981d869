namespace KrakenPlugins.Templates;

/// <summary>What a function does. The engine has checked the arguments' number and kinds.</summary>
/// <exception cref="TemplateFunctionException">The function fails; the rendering stops.</exception>
public delegate TemplateValue TemplateFunctionBody(ReadOnlySpan<TemplateValue> arguments);

/// <summary>What a parameter of a function takes, and thereby what the body may rely on.</summary>
public enum TemplateParameter : byte
{
    /// <summary>Anything (Go's <c>interface {}</c>). An absent value arrives as <see cref="TemplateKind.Nil"/>.</summary>
    Any,

    /// <summary>Anything, and an absent value stays <see cref="TemplateKind.Missing"/> (Go's <c>reflect.Value</c>).</summary>
    Raw,

    /// <summary>Always a <see cref="TemplateKind.Bool"/>.</summary>
    Bool,

    /// <summary>Always a <see cref="TemplateKind.Int"/>; floating-point numbers without a fraction are converted.</summary>
    Int,

    /// <summary>Always a <see cref="TemplateKind.Float"/>; integers are converted.</summary>
    Float,

    /// <summary>Always a <see cref="TemplateKind.String"/>.</summary>
    String,

    /// <summary>A <see cref="TemplateKind.List"/>, or <see cref="TemplateKind.Nil"/> for nothing.</summary>
    List,

    /// <summary>A <see cref="TemplateKind.Map"/>, or <see cref="TemplateKind.Nil"/> for nothing.</summary>
    Map,
}

/// <summary>A function that templates call by its name. Immutable; its body must be safe for concurrent calls.</summary>
public sealed class TemplateFunction
{
    private readonly TemplateParameter[] _parameters;

    /// <summary>Describes a function.</summary>
    /// <param name="name">The name in templates: letters, digits and underscores, no digit first.</param>
    /// <param name="parameters">What each parameter takes.</param>
    /// <param name="isVariadic">Whether the last parameter stands for any number of arguments, none included.</param>
    /// <param name="body">What the function does.</param>
    /// <exception cref="ArgumentException">The name is none, or a variadic function has no parameter.</exception>
    public TemplateFunction(string name, IReadOnlyList<TemplateParameter> parameters, bool isVariadic, TemplateFunctionBody body)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(body);
        if (isVariadic && parameters.Count == 0) throw new ArgumentException("a variadic function needs a parameter", nameof(parameters));
        Name = name;
        _parameters = [.. parameters];
        IsVariadic = isVariadic;
        Body = body;
    }

    /// <summary>The name in templates.</summary>
    public string Name { get; }

    /// <summary>What each parameter takes.</summary>
    public IReadOnlyList<TemplateParameter> Parameters => _parameters;

    /// <summary>Whether the last parameter stands for any number of arguments.</summary>
    public bool IsVariadic { get; }

    /// <summary>What the function does.</summary>
    public TemplateFunctionBody Body { get; }

    /// <summary>Arguments that every call must have.</summary>
    internal int Required => IsVariadic ? _parameters.Length - 1 : _parameters.Length;

    /// <summary>What the argument at an index has to be.</summary>
    internal TemplateParameter ParameterAt(int index) => _parameters[Math.Min(index, _parameters.Length - 1)];
}
