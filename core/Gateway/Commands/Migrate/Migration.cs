using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Migrate;

/// <summary>Something that a migration did, or leaves to a person.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">What it is.</param>
/// <param name="IsChange">Whether the text was changed.</param>
internal sealed record MigrationStep(int Line, string Text, bool IsChange);

/// <summary>A text and what became of it.</summary>
/// <param name="Text">The new text.</param>
/// <param name="Steps">In the order of the lines.</param>
internal sealed record MigratedText(string Text, IReadOnlyList<MigrationStep> Steps);

/// <summary>
/// Gives old names their current ones (CFG-300): keys only, never a value, except the number of the language version. Everything else of
/// the text stays as it is. A name is changed only where the object around it is known to be what the name belongs to.
/// </summary>
internal sealed class Migration
{
    private static readonly IReadOnlyDictionary<string, string> s_endpoint = CoreAttributes.OldNamesOf<EndpointDocument>();
    private static readonly IReadOnlyDictionary<string, string> s_backend = CoreAttributes.OldNamesOf<BackendDocument>();
    private static readonly ILookup<(string, string), OldAttribute> s_attributes = NamespaceAttributes.All.ToLookup(static a => (a.Namespace, a.Object));

    private readonly List<(int Start, int End, string Text)> _edits = [];
    private readonly List<MigrationStep> _steps = [];
    private readonly PlaceFinder _places = new();

    /// <summary>Migrates a document, a template, a partial or a settings file.</summary>
    public static MigratedText Of(string text)
    {
        var migration = new Migration();
        var isPlain = JsonConfigReader.Read("", text, new ConfigDiagnostics()) is not null;
        foreach (var written in TemplatedJson.Read(text, isPlain))
            migration.Visit(written, text);
        return new(migration.Apply(text), [.. migration._steps.OrderBy(static s => s.Line)]);
    }

    private void Visit(WrittenObject written, string text)
    {
        var place = _places.Of(written);
        foreach (var key in written.Keys)
        {
            if (key is { Name: "version" } && place.Kind == PlaceKind.Root && text[key.Word.Start..key.Word.End] is "1" or "2")
                Edit(key.Line, key.Word.Start, key.Word.End, "3", $"\"version\": {text[key.Word.Start..key.Word.End]} → 3");
            else if (CurrentName(key.Name, place, written) is { } current)
                Rename(key, current, written);
            else if (WhyLeft(key.Name, place) is { } reason)
                _steps.Add(new(key.Line, $"\"{key.Name}\" is left: {reason}", IsChange: false));
        }
    }

    private string? CurrentName(string name, Place place, WrittenObject written) => place.Kind switch
    {
        PlaceKind.ExtraConfig => NamespaceAliases.CurrentName(name),
        PlaceKind.Endpoint => s_endpoint.GetValueOrDefault(name),
        PlaceKind.Backend => s_backend.GetValueOrDefault(name),
        PlaceKind.Namespace => s_attributes[(place.Namespace, place.Path)].FirstOrDefault(a => a.Old == name)?.Current,
        PlaceKind.Unknown => NamespaceAliases.CurrentName(name) ?? AttributeOfUnknown(name, written),
        _ => null,
    };

    // Members outside of all braces are a partial of an endpoint or a backend; an object that nothing tells about may be data.
    private static string? AttributeOfUnknown(string name, WrittenObject written) =>
        written.Parent is null ? s_endpoint.GetValueOrDefault(name) ?? s_backend.GetValueOrDefault(name) : null;

    // What a person has to look at.
    private static string? WhyLeft(string name, Place place)
    {
        if (place.Kind is PlaceKind.ExtraConfig or PlaceKind.Unknown && NamespaceAliases.IsDropped(name))
            return "the component no longer exists; take it out";
        if (place.Kind == PlaceKind.Namespace && place.Namespace.StartsWith("plugin/", StringComparison.Ordinal) && OldPluginNames.CurrentName(name) is { } plugin)
            return $"the plugin is called \"{plugin}\" today; rename it here and in \"name\"";
        if (place is { Kind: PlaceKind.Namespace, Path.Length: 0 } && BundledPlugins.TryFind(place.Namespace, name, out var replacement) && replacement.Length > 0)
            return $"the plugin is deprecated; use {replacement}";
        return place.Kind == PlaceKind.Unknown && (s_endpoint.GetValueOrDefault(name) ?? s_backend.GetValueOrDefault(name)) is { } current
            ? $"nothing tells whether this object is an endpoint or a backend; if it is, the name is \"{current}\""
            : null;
    }

    private void Rename(WrittenKey key, string current, WrittenObject written)
    {
        if (written.Has(current))
            _steps.Add(new(key.Line, $"\"{key.Name}\" is left: \"{current}\" stands beside it and is what counts", IsChange: false));
        else
            Edit(key.Line, key.Start, key.End, $"\"{current}\"", $"\"{key.Name}\" → \"{current}\"");
    }

    private void Edit(int line, int start, int end, string text, string step)
    {
        _edits.Add((start, end, text));
        _steps.Add(new(line, step, IsChange: true));
    }

    private string Apply(string text)
    {
        var result = new StringBuilder(text.Length);
        var copied = 0;
        foreach (var (start, end, replacement) in _edits.OrderBy(static e => e.Start))
        {
            result.Append(text, copied, start - copied).Append(replacement);
            copied = end;
        }
        return result.Append(text, copied, text.Length - copied).ToString();
    }
}
