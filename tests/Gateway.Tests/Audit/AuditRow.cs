namespace Gateway.Tests.Audit;

/// <summary>One row of the table of rules.</summary>
/// <param name="Rule">Code.</param>
/// <param name="Severity">Severity.</param>
/// <param name="Fires">Edits of the good configuration that make it fire.</param>
/// <param name="Spares">Edits that come close and do not; none when the good configuration is the counterpart.</param>
internal sealed record AuditRow(string Rule, string Severity, string[] Fires, string[] Spares)
{
    /// <summary>Rules that the same edits cannot but fire as well.</summary>
    public string[] Beside { get; init; } = [];

    /// <summary>The places that the message names.</summary>
    public string Place { get; init; } = "";
}
