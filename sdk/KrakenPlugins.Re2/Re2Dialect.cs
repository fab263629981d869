namespace KrakenPlugins.Re2;

/// <summary>Which language a pattern is written in.</summary>
public enum Re2Dialect
{
    /// <summary>RE2 as Go's <c>regexp</c> package reads it (https://github.com/google/re2/wiki/Syntax).</summary>
    Re2,

    /// <summary>
    /// ECMA-262 with the <c>u</c> flag, as JSON Schema's <c>pattern</c> has it. What only RE2 knows (<c>(?i)</c>, <c>\A</c>,
    /// <c>[[:alpha:]]</c>) keeps RE2's meaning; look-around and backreferences are errors.
    /// </summary>
    EcmaScript,
}
