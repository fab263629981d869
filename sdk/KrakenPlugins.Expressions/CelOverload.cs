namespace KrakenPlugins.Expressions;

/// <summary>
/// One signature of a function and what it does. Of a method, the first parameter is the receiver. What the factories leave out is set
/// with <c>with { IsPure = true }</c>.
/// </summary>
public sealed record CelOverload
{
    private CelOverload(string id, bool isMember, CelType result, CelType[] parameters, Delegate? body, int arity)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(parameters);
        if (isMember && parameters.Length == 0)
            throw new ArgumentException($"the overload {id} is a method without receiver", nameof(parameters));
        if (arity >= 0 && parameters.Length != arity)
            throw new ArgumentException($"the overload {id} declares {parameters.Length} parameters, its body takes {arity}", nameof(parameters));
        Id = id;
        IsMember = isMember;
        Result = result;
        Parameters = parameters;
        Body = body;
    }

    /// <summary>The name of the overload, unique within the function.</summary>
    public string Id { get; }

    /// <summary>Whether it is called on its first argument: <c>s.contains(t)</c>.</summary>
    public bool IsMember { get; }

    /// <summary>What it takes.</summary>
    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>What it gives.</summary>
    public CelType Result { get; }

    /// <summary>Whether equal arguments always give equal results, so that a call of constants is made when the expression is compiled.</summary>
    public bool IsPure { get; init; }

    /// <summary>
    /// Whether an argument that is an error is the result (the default). A function that is not strict gets errors as values: that is
    /// how something like <c>isEmpty(resp_data.message)</c> knows that the field is missing. Errors that cannot be absorbed never reach it.
    /// </summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>Whether the last parameter may be given more than once; the body is a <see cref="CelVariadic"/>.</summary>
    public bool IsVariadic { get; init; }

    /// <summary>
    /// Called when an expression is compiled, with the arguments that are constants (the others are <see langword="null"/>). Gives what
    /// is called in place of this overload, with the same parameters, or <see langword="null"/> to leave it. A
    /// <see cref="FormatException"/> is an error of the expression with its message.
    /// </summary>
    public Func<IReadOnlyList<CelValue?>, CelOverload?>? Specialize { get; init; }

    internal Delegate? Body { get; }

    /// <summary>A function of a known signature without a body: expressions can be checked, evaluating a call is an error.</summary>
    public static CelOverload Declare(string id, bool isMember, CelType result, params CelType[] parameters) => new(id, isMember, result, parameters, null, -1);

    /// <summary>A function without arguments.</summary>
    public static CelOverload Global(string id, CelType result, CelNullary body) => new(id, false, result, [], NotNull(body), 0);

    /// <summary>A function of one argument.</summary>
    public static CelOverload Global(string id, CelType result, CelType a, CelUnary body) => new(id, false, result, [a], NotNull(body), 1);

    /// <summary>A function of two arguments.</summary>
    public static CelOverload Global(string id, CelType result, CelType a, CelType b, CelBinary body) => new(id, false, result, [a, b], NotNull(body), 2);

    /// <summary>A function of three arguments.</summary>
    public static CelOverload Global(string id, CelType result, CelType a, CelType b, CelType c, CelTernary body) =>
        new(id, false, result, [a, b, c], NotNull(body), 3);

    /// <summary>A function of any number of arguments.</summary>
    public static CelOverload Global(string id, CelType result, CelType[] parameters, CelVariadic body) => new(id, false, result, parameters, NotNull(body), -1);

    /// <summary>A method without further arguments.</summary>
    public static CelOverload Member(string id, CelType result, CelType receiver, CelUnary body) => new(id, true, result, [receiver], NotNull(body), 1);

    /// <summary>A method of one argument.</summary>
    public static CelOverload Member(string id, CelType result, CelType receiver, CelType a, CelBinary body) => new(id, true, result, [receiver, a], NotNull(body), 2);

    /// <summary>A method of two arguments.</summary>
    public static CelOverload Member(string id, CelType result, CelType receiver, CelType a, CelType b, CelTernary body) =>
        new(id, true, result, [receiver, a, b], NotNull(body), 3);

    /// <summary>A method of any number of arguments; the first parameter is the receiver.</summary>
    public static CelOverload Member(string id, CelType result, CelType[] parameters, CelVariadic body) => new(id, true, result, parameters, NotNull(body), -1);

    private static Delegate NotNull(Delegate body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return body;
    }
}
