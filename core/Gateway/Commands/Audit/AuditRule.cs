using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Audit;

/// <summary>How much a finding matters.</summary>
internal enum AuditSeverity
{
    /// <summary>Worth a look.</summary>
    Low,
    /// <summary>Should be changed.</summary>
    Medium,
    /// <summary>A risk in production.</summary>
    High,
    /// <summary>An open door.</summary>
    Critical,
}

/// <summary>Severities as the command line and the output name them.</summary>
internal static class AuditSeverities
{
    /// <summary><c>LOW</c>, <c>MEDIUM</c>, <c>HIGH</c>, <c>CRITICAL</c>.</summary>
    public static string Name(this AuditSeverity severity) => severity switch
    {
        AuditSeverity.Critical => "CRITICAL",
        AuditSeverity.High => "HIGH",
        AuditSeverity.Medium => "MEDIUM",
        _ => "LOW",
    };

    /// <summary>The severity of a name; the name is one of <see cref="Name"/>.</summary>
    public static AuditSeverity Parse(string name) => Enum.GetValues<AuditSeverity>().First(s => s.Name() == name);
}

/// <summary>A place in the document that a rule objects to.</summary>
/// <param name="Path">Where in the tree; empty for the document as a whole, which no message names.</param>
/// <param name="Position">Where in the file.</param>
internal sealed record AuditPlace(string Path, SourcePosition Position)
{
    /// <summary>The document as a whole: something is missing in it.</summary>
    public static AuditPlace Whole { get; } = new("", default);

    /// <inheritdoc/>
    public override string ToString() => Position.Line == 0 ? Path : $"{Position} {Path}";
}

/// <summary>One rule: what it is called, what it says, and where it fires.</summary>
/// <param name="Code">Its code, <c>1.2.1</c>; never changes its meaning, because ignore lists name it.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">What is wrong and what to do, in a sentence without a full stop.</param>
/// <param name="Find">Every place that it objects to; none when it does not fire.</param>
internal sealed record AuditRule(string Code, AuditSeverity Severity, string Message, Func<AuditedService, IEnumerable<AuditPlace>> Find)
{
    /// <summary>A rule about the document as a whole.</summary>
    public static AuditRule Whole(string code, AuditSeverity severity, string message, Func<AuditedService, bool> fires) =>
        new(code, severity, message, service => fires(service) ? [AuditPlace.Whole] : []);
}

/// <summary>One line of the result.</summary>
/// <param name="Rule">Code of the rule.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">What is wrong, what to do, and where.</param>
internal sealed record AuditFinding(string Rule, AuditSeverity Severity, string Message);
