using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Expressions.Requests;

/// <summary>
/// Compiles the expressions of a configuration. What does not compile is a finding at the place in the file, and refuses the start: traffic
/// never flows unguarded (RTE-228, SEC-061).
/// </summary>
/// <param name="environment">One with the variables of <see cref="ExchangeVariables"/>.</param>
/// <param name="diagnostics">Receives the findings.</param>
public sealed class ExpressionCompiler(CelEnvironment environment, ConfigDiagnostics diagnostics)
{
    private const int ShownLength = 80;

    /// <summary>Advice about functions that are not known, as the end of a sentence, or empty.</summary>
    public string FunctionAdvice { get; init; } = "";

    /// <summary>The program of an expression, or <see langword="null"/> after a finding.</summary>
    /// <param name="node">The text.</param>
    /// <param name="path">Its place in the document.</param>
    public CelProgram? Compile(ConfigNode node, ConfigPath path)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(path);
        if (node.Kind != ConfigKind.String || string.IsNullOrWhiteSpace(node.Text))
        {
            Refuse(node.Position, path, "expected an expression that gives true or false, such as \"size(req_headers['X-User']) == 1\"");
            return null;
        }
        try
        {
            var program = environment.Compile(node.Text);
            if (program.ResultType.Kind is not (CelTypeKind.Bool or CelTypeKind.Dyn))
                diagnostics.Warning(node.Position, path.ToString(), $"the expression gives {program.ResultType}, which is never true: everything is refused");
            return program;
        }
        catch (CelException exception)
        {
            foreach (var issue in exception.Issues)
                Refuse(PositionOf(node, issue), path, $"{Shown(node.Text)}, line {issue.Line}, column {issue.Column}: {issue.Message}{(NeedsAdvice(issue) ? FunctionAdvice : "")}");
            return null;
        }
    }

    /// <summary>Reports what makes a guard unusable: the gateway does not start with it.</summary>
    public void Refuse(SourcePosition position, ConfigPath path, string message)
    {
        ArgumentNullException.ThrowIfNull(path);
        diagnostics.Add(new(ConfigSeverity.Error, position, path.ToString(), message) { RefusesStart = true });
    }

    /// <summary>
    /// Where in the file a part of the text stands. In JSON, escapes take two characters; other formats write texts in ways that the tree
    /// does not tell, so the place is that of the text.
    /// </summary>
    private static SourcePosition PositionOf(ConfigNode node, CelIssue issue)
    {
        var position = node.Position;
        if (!position.File.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return position;
        var column = position.Column + 1;
        foreach (var c in node.Text.AsSpan(0, Math.Min(issue.Offset, node.Text.Length)))
            column += c is '"' or '\\' or '\n' or '\r' or '\t' or '\b' or '\f' ? 2 : 1;
        return position with { Column = column };
    }

    private static bool NeedsAdvice(CelIssue issue) => issue.Message.StartsWith("unbound function", StringComparison.Ordinal);

    private static string Shown(string text) => ConfigText.Quote(text.Length <= ShownLength ? text : string.Concat(text.AsSpan(0, ShownLength), "…"));
}
