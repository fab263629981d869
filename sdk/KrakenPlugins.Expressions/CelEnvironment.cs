using KrakenPlugins.Expressions.Checking;
using KrakenPlugins.Expressions.Functions;

namespace KrakenPlugins.Expressions;

/// <summary>The variables and functions that expressions can use. Immutable; compile as often and from as many threads as needed.</summary>
public sealed class CelEnvironment
{
    private readonly Declarations _declarations;

    internal CelEnvironment(CelEnvironmentBuilder builder)
    {
        _declarations = new(builder, [.. StandardLibrary.Create(builder.DefaultZone), .. builder.Functions]);
        Variables = [.. builder.Variables];
        Limits = builder.DefaultLimits;
    }

    /// <summary>The variables in the order of their declaration, which is that of their numbers.</summary>
    public IReadOnlyList<KeyValuePair<string, CelType>> Variables { get; }

    /// <summary>What an evaluation may cost unless it is told otherwise.</summary>
    public CelLimits Limits { get; }

    /// <summary>Parses, checks and compiles an expression; throws <see cref="CelException"/> with everything that is wrong with it.</summary>
    public CelProgram Compile(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Compiler.Compile(text, _declarations, Limits, isChecked: true);
    }

    /// <summary>
    /// Compiles without checking types, as the language allows: what does not fit is an error when it is evaluated. Texts that do not
    /// parse still throw.
    /// </summary>
    public CelProgram CompileUnchecked(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Compiler.Compile(text, _declarations, Limits, isChecked: false);
    }
}
