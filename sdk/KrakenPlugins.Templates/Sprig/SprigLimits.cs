using System.Globalization;
using System.Runtime.CompilerServices;

namespace KrakenPlugins.Templates.Sprig;

/// <summary>The sizes beyond which a function refuses to work: a template may be fed with what a client sent.</summary>
internal static class SprigLimits
{
    /// <summary>UTF-16 code units of a text that a function makes.</summary>
    public const int Characters = 16 * 1024 * 1024;

    /// <summary>Elements of a list that a function makes, and values that one call copies or merges.</summary>
    public const int Elements = 1024 * 1024;

    /// <summary>Pairs of values that one call compares.</summary>
    public const int Comparisons = 8 * 1024 * 1024;

    /// <summary>Levels of nested lists and maps that a function follows; a map may hold itself.</summary>
    public const int Depth = 1000;

    public static void CheckCharacters(string function, long count)
    {
        if (count <= Characters) return;
        throw new TemplateFunctionException($"{function}: the result would have {Number(count)} characters, more than the {Number(Characters)} allowed");
    }

    public static void CheckElements(string function, long count)
    {
        if (count <= Elements) return;
        throw new TemplateFunctionException($"{function}: {Number(count)} elements are more than the {Number(Elements)} allowed");
    }

    public static void CheckDepth(string function, int depth)
    {
        if (IsTooDeep(depth)) throw new TemplateFunctionException($"{function}: the value is nested more than {Number(Depth)} levels deep");
    }

    /// <summary>Whether nothing further down may be followed; templates that call each other leave little stack.</summary>
    public static bool IsTooDeep(int depth) => depth > Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack();

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
