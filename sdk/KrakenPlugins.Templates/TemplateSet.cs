using KrakenPlugins.Templates.Execution;
using KrakenPlugins.Templates.Syntax;

namespace KrakenPlugins.Templates;

/// <summary>
/// Templates that can call each other, in the language of Go's <c>text/template</c>. Add all of them first; after that any number of
/// threads may render at the same time.
/// </summary>
public sealed class TemplateSet
{
    private const int KeptTokens = 64 * 1024;

    private readonly TemplateOptions _options;
    private readonly Func<string, TemplateSlot> _slotOf;
    private readonly List<Token> _tokens = [];
    private readonly Dictionary<string, TemplateSlot> _templates = new(StringComparer.Ordinal);

    /// <summary>An empty set.</summary>
    public TemplateSet(TemplateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _slotOf = SlotOf;
    }

    /// <summary>The names of all templates, those of <c>define</c> and <c>block</c> included, in ascending order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            var names = new List<string>(_templates.Count);
            foreach (var slot in _templates.Values)
            {
                if (slot.Body is not null) names.Add(slot.Name);
            }
            names.Sort(KeyOrder.Instance);
            return names;
        }
    }

    /// <summary>Whether there is a template of that name.</summary>
    public bool Contains(string name) => _templates.TryGetValue(name, out var slot) && slot.Body is not null;

    /// <summary>
    /// Parses a template and adds it with the templates that it defines. One of the same name is replaced, unless the new one holds
    /// nothing but white space and definitions.
    /// </summary>
    /// <exception cref="TemplateException">The text does not parse; the set is as it was.</exception>
    public void Add(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(text);
        foreach (var body in Parser.Parse(new TemplateText(name, text), _options.Functions, _slotOf, _tokens))
        {
            var slot = SlotOf(body.Name);
            if (slot.Body is null || !body.Root.IsEmpty) slot.Body = body;
        }
        _tokens.Clear();
        if (_tokens.Capacity > KeptTokens) _tokens.TrimExcess();
    }

    /// <summary>Renders a template to an output, which keeps what it holds already.</summary>
    /// <param name="name">The name of the template.</param>
    /// <param name="dot">What <c>.</c> and <c>$</c> are in it.</param>
    /// <param name="output">Where the text goes. On failure it is as it was.</param>
    /// <param name="cancellation">Ends the rendering early, within some thousand steps.</param>
    /// <exception cref="TemplateException">There is no such template, it fails, or it exceeds a limit.</exception>
    /// <exception cref="OperationCanceledException">The rendering was cancelled.</exception>
    public void Render(string name, TemplateValue dot, TemplateOutput output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(output);
        if (!_templates.TryGetValue(name, out var slot) || slot.Body is not { } body)
            throw new TemplateException($"template: {name}: no template {GoFormat.Quote(name)} is defined", name, 0, 0);
        Rendering.Render(body, dot, _options, output, cancellation);
    }

    private TemplateSlot SlotOf(string name)
    {
        if (_templates.TryGetValue(name, out var slot)) return slot;
        slot = new TemplateSlot(name);
        _templates.Add(name, slot);
        return slot;
    }
}
