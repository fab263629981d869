using System.Text;

namespace KrakenPlugins.Templates.Execution;

/// <summary>A piece of a parsed template that can be run, and that messages can show as it was written. Immutable.</summary>
internal abstract class Node(int position)
{
    /// <summary>Where it starts in the template's text; errors while it runs are reported there.</summary>
    public int Position => position;

    /// <summary>Appends the piece in Go's spelling.</summary>
    public abstract void Describe(StringBuilder text);

    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Describe(text);
        return text.ToString();
    }
}

/// <summary>A template: a name, the statements, and how many variables they use at once, <c>$</c> included.</summary>
internal sealed record TemplateBody(string Name, Syntax.TemplateText Text, StatementList Root, int Variables);

/// <summary>What calls of a template refer to, so that it may be defined later or again.</summary>
internal sealed class TemplateSlot(string name)
{
    public string Name => name;

    public TemplateBody? Body { get; set; }
}
