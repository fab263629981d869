using KrakenPlugins.Templates;

namespace Gateway.Commands.Audit;

/// <summary>Findings as templates see them: <c>.Recommendations</c>, each with <c>.Rule</c>, <c>.Severity</c> and <c>.Message</c> (CFG-244).</summary>
internal sealed class AuditReport(IReadOnlyList<AuditFinding> findings) : ITemplateObject
{
    private readonly TemplateList _recommendations = List(findings);

    /// <inheritdoc/>
    public string TypeName => "audit.AuditResult";

    /// <inheritdoc/>
    public string Text => $"{{[{string.Join(' ', findings.Select(static f => new AuditRecommendation(f).Text))}] {{}}}}";

    /// <summary>The findings, each an <see cref="AuditRecommendation"/>.</summary>
    public ITemplateList Recommendations => _recommendations;

    /// <inheritdoc/>
    public TemplateFunction? Member(string name) => name == "Recommendations" ? new(name, [], false, _ => TemplateValue.From(_recommendations)) : null;

    private static TemplateList List(IReadOnlyList<AuditFinding> findings)
    {
        var list = new TemplateList(findings.Count) { TypeName = "[]audit.Recommendation" };
        foreach (var finding in findings)
            list.Add(TemplateValue.FromObject(new AuditRecommendation(finding)));
        return list;
    }
}

/// <summary>One finding as templates see it.</summary>
internal sealed class AuditRecommendation(AuditFinding finding) : ITemplateObject
{
    /// <inheritdoc/>
    public string TypeName => "audit.Recommendation";

    /// <inheritdoc/>
    public string Text => $"{{{finding.Rule} {finding.Severity.Name()} {finding.Message}}}";

    /// <summary>The finding.</summary>
    public AuditFinding Finding => finding;

    /// <inheritdoc/>
    public TemplateFunction? Member(string name) => name switch
    {
        "Rule" => Constant(name, finding.Rule),
        "Severity" => Constant(name, finding.Severity.Name()),
        "Message" => Constant(name, finding.Message),
        _ => null,
    };

    private static TemplateFunction Constant(string name, string value) => new(name, [], false, _ => TemplateValue.From(value));
}
