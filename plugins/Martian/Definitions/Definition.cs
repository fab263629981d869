using System.Globalization;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Martian.Definitions;

/// <summary>
/// The object of one component, read strictly: the language does not convert types here. What does not fit throws
/// <see cref="DefinitionException"/>; what has no effect is reported as a warning.
/// </summary>
internal sealed class Definition(ConfigNode node, ConfigPath path, ComponentCompiler compiler, int depth)
{
    private readonly HashSet<string> _known = ["scope"];

    /// <summary>The compiler, for numbers that are unique in the whole definition.</summary>
    public ComponentCompiler Compiler { get; } = compiler;

    /// <summary>Whether an attribute is present and not <c>null</c>.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A text that must be there.</summary>
    public string Text(string name) => OptionalText(name) ?? throw Fault($"\"{name}\" is required");

    /// <summary>A text, or <see langword="null"/> when absent.</summary>
    public string? OptionalText(string name)
    {
        var value = Find(name);
        return value is null ? null : value.Kind == ConfigKind.String ? value.Text : throw Unexpected(name, value, "a text");
    }

    /// <summary>The value of a header, cookie or parameter. The language takes an absent one for empty.</summary>
    public string Value(string name = "value")
    {
        if (OptionalText(name) is not { } text)
        {
            Warn(null, name, $"\"{name}\" is missing; an empty text is used");
            return "";
        }
        return HeaderText.IsValue(text) ? text : throw Fault(name, "must not hold line breaks or other control characters");
    }

    /// <summary>The name of a header.</summary>
    public HeaderField Header(string name, string? fallback = null)
    {
        var text = fallback is null ? Text(name) : OptionalText(name) is { Length: > 0 } given ? given : fallback;
        return HeaderField.TryCreate(text, out var field) ? field : throw Fault(name, $"{ConfigText.Quote(text)} is no name of a header");
    }

    /// <summary>The names of headers; those that no header can have are left out.</summary>
    public HeaderField[] Headers(string name)
    {
        var fields = new List<HeaderField>();
        foreach (var item in List(name, isRequired: true))
        {
            if (item.Kind != ConfigKind.String)
                throw Unexpected(name, item, "a text");
            if (HeaderField.TryCreate(item.Text, out var field))
                fields.Add(field);
            else
                Warn(item.Position, name, $"{ConfigText.Quote(item.Text)} is no name of a header and has no effect");
        }
        return [.. fields];
    }

    /// <summary>An integer, or <see langword="null"/> when absent.</summary>
    public int? OptionalInteger(string name)
    {
        var value = Find(name);
        if (value is null)
            return null;
        return value.Kind == ConfigKind.Number && int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Unexpected(name, value, "an integer");
    }

    /// <summary>A boolean; <see langword="false"/> when absent.</summary>
    public bool Flag(string name)
    {
        var value = Find(name);
        return value is not null && (value.Kind == ConfigKind.Boolean ? value.Text == "true" : throw Unexpected(name, value, "true or false"));
    }

    /// <summary>The elements of a list; none when it is absent.</summary>
    public IReadOnlyList<ConfigNode> List(string name, bool isRequired)
    {
        var value = Find(name);
        if (value is null && isRequired)
            Warn(null, name, $"\"{name}\" is missing; an empty list is used");
        return value is null ? [] : value.Kind == ConfigKind.Array ? value.Items : throw Unexpected(name, value, "a list");
    }

    /// <summary>A component that must be there.</summary>
    public Component Child(string name) => OptionalChild(name) ?? throw Fault($"\"{name}\" is required: the component to run");

    /// <summary>A component, or <see langword="null"/> when absent.</summary>
    public Component? OptionalChild(string name) =>
        Find(name) is { } value ? Compiler.Compile(value, path.Member(name), depth + 1) : null;

    /// <summary>The component in an element of a list.</summary>
    public Component Item(string name, int index, ConfigNode value) => Compiler.Compile(value, path.Member(name).Item(index), depth + 1);

    /// <summary>The object in an element of a list.</summary>
    public Definition Part(string name, int index, ConfigNode value)
    {
        if (value.Kind != ConfigKind.Object)
            throw Unexpected(name, value, "an object");
        return new Definition(value, path.Member(name).Item(index), Compiler, depth);
    }

    /// <summary>Restricts what a component does to its <c>scope</c> (MAN-140).</summary>
    /// <param name="supported">The phases that the component knows.</param>
    /// <param name="request">What it does in the request phase.</param>
    /// <param name="response">What it does in the response phase.</param>
    public Component Scoped(Phases supported, Modifier? request, Modifier? response)
    {
        var phases = Scope(supported);
        return new(phases.HasFlag(Phases.Request) ? request : null, phases.HasFlag(Phases.Response) ? response : null);
    }

    /// <summary>Reads <c>scope</c>; absent it means every supported phase.</summary>
    public Phases Scope(Phases supported)
    {
        if (!Has("scope"))
            return supported;
        var phases = Phases.None;
        foreach (var item in List("scope", isRequired: false))
        {
            if (item.Kind != ConfigKind.String)
                throw Unexpected("scope", item, "a text");
            var phase = item.Text switch { "request" => Phases.Request, "response" => Phases.Response, _ => Phases.None };
            if ((phase & supported) == Phases.None)
                throw new DefinitionException(item.Position, path.Member("scope"), $"parse: invalid scope {ConfigText.Quote(item.Text)} for modifier; expected {Expected(supported)}");
            phases |= phase;
        }
        return phases;
    }

    /// <summary>Reports an attribute that has no effect here.</summary>
    public void Ignore(string name, string reason)
    {
        if (Find(name) is { } value)
            Warn(value.Position, name, reason);
    }

    /// <summary>Reports something that works, but not as it is written.</summary>
    public void Warn(SourcePosition? position, string name, string message) =>
        Compiler.Diagnostics.Warning(position ?? Find(name)?.Position ?? node.Position, path.Member(name).ToString(), message);

    /// <summary>Reports attributes that nobody read.</summary>
    public void ReportUnknown()
    {
        foreach (var member in node.Members)
        {
            if (!_known.Contains(member.Name) && !ConfigBinder.IsMetadata(member.Name))
                Compiler.Diagnostics.Warning(member.NamePosition, path.Member(member.Name).ToString(), $"{ConfigText.Quote(member.Name)} is no attribute of this component and has no effect{NearestName.Suggest(member.Name, _known)}");
        }
    }

    /// <summary>A fault of the component as a whole.</summary>
    public DefinitionException Fault(string message) => new(node.Position, path, message);

    /// <summary>A fault of one attribute.</summary>
    public DefinitionException Fault(string name, string message) => new(Find(name)?.Position ?? node.Position, path.Member(name), message);

    private DefinitionException Unexpected(string name, ConfigNode value, string expected) =>
        new(value.Position, path.Member(name), $"expected {expected}, not {ConfigText.Describe(name, value)}");

    private ConfigNode? Find(string name)
    {
        _known.Add(name);
        return node[name];
    }

    private static string Expected(Phases supported) => supported switch
    {
        Phases.Request => "\"request\"",
        Phases.Response => "\"response\"",
        _ => "\"request\" or \"response\"",
    };
}
