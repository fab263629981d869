using System.Globalization;
using KrakenPlugins.JsonSchema.Compilation;

namespace KrakenPlugins.JsonSchema.Evaluation;

internal sealed partial class Evaluator<T, TChildren>
{
    // Over all alternatives that are open at once: a deep value opens as many as it is deep.
    private const int MaxOpenFindings = 10_000;
    private const int RetainedFindings = 256;

    private List<Finding<T>> _findings = [];
    private int _maxFindings;
    private int _floor;

    /// <summary>Every reason why the value does not match, up to a number.</summary>
    internal List<JsonSchemaError<T>> Explain(SchemaNode root, in T instance, int maxErrors, long steps, long longestChain)
    {
        _maxFindings = maxErrors;
        var errors = new List<JsonSchemaError<T>>();
        if (Run(root, instance, true, steps, longestChain))
            return errors;
        if (_isExhausted)
        {
            _findings.Clear();
            _findings.Add(new Finding<T>(instance, PointerPath.Root, 0, root, "", $"validation was given up after {steps.ToString(CultureInfo.InvariantCulture)} steps; the value is too large or too deep for the schema", true, TypeSet.None));
        }
        if (_findings.Count == 0)
            _findings.Add(new Finding<T>(instance, PointerPath.Root, 0, root, "", "does not match the schema", false, TypeSet.None));
        for (var i = 0; i < _findings.Count && i < maxErrors; i++)
            errors.Add(ErrorOf(_findings[i]));
        return errors;
    }

    private static JsonSchemaError<T> ErrorOf(in Finding<T> finding) => new()
    {
        Instance = finding.Instance,
        InstancePointer = finding.Path.ToString(),
        SchemaLocation = finding.Keyword.Length == 0 ? finding.Node.Location : $"{finding.Node.Location}/{finding.Keyword}",
        Keyword = finding.Keyword,
        MissingProperty = finding.Missing,
        Message = finding.IsSentence ? finding.Predicate : $"{finding.Path.Subject()} {finding.Predicate}",
    };

    /// <summary>Records a failure of the frame on top.</summary>
    private void Report(string keyword, string predicate, TypeSet expected = TypeSet.None, string? missing = null)
    {
        if (HasRoom())
            Add(new Finding<T>(_frames[_top].Instance, PathOf(_top), _frames[_top].Depth, _frames[_top].Node, keyword, predicate, false, expected, missing));
    }

    // Text of paths and values is only worth making where it is kept.
    private bool HasRoom() => _findings.Count - _floor < _maxFindings && _findings.Count < MaxOpenFindings + _maxFindings;

    private void Add(in Finding<T> finding)
    {
        _findings.Add(finding);
        _isFull = _alternatives is null && _findings.Count >= _maxFindings;
    }

    private void ReportType(TypeSet expected, in T value, JsonInstanceKind kind, string keyword = "type")
    {
        var actual = kind == JsonInstanceKind.Number && (expected & TypeSet.Integer) != 0 ? Shorten(value.GetText(_text)) : TypeNames.Of(kind);
        Report(keyword, $"must be {TypeNames.Of(expected)}, not {actual}", expected);
    }

    private void ReportListed(SchemaNode node, in T value, bool isConst, bool isEnum)
    {
        if (isConst && isEnum)
            NoteMatch();
        if (!isConst)
            Report("const", $"must be {node.Const!.Text}, not {Show(value)}");
        if (isEnum)
            return;
        var suggestion = value.Kind == JsonInstanceKind.String ? NearestName.Suggest(value.GetText(_text), node.Enum!.Names) : "";
        Report("enum", $"must be one of {node.Enum!.Text}, not {Show(value)}{suggestion}");
    }

    // A child that a schema forbids altogether.
    private void ReportUnwanted(ref Frame<T, TChildren> frame, string keyword)
    {
        if (!HasRoom())
            return;
        if (frame.Kind == JsonInstanceKind.Array)
        {
            Add(new Finding<T>(frame.Cursor.Current, PathOf(_top).Item(frame.Child), frame.Depth, frame.Node, keyword, "is one item too many", false, TypeSet.None));
            return;
        }
        var name = frame.Cursor.GetName(_text).ToString();
        var isUnknown = keyword is "additionalProperties" or "unevaluatedProperties";
        var message = isUnknown
            ? $"unknown property \"{Shorten(name)}\"{NearestName.Suggest(name, NearestName.KnownProperties(frame.Node))}"
            : $"property \"{Shorten(name)}\" is not allowed";
        Add(new Finding<T>(frame.Cursor.Current, PathOf(_top).Member(name), frame.Depth, frame.Node, keyword, message, true, TypeSet.None));
    }

    // Paths are shared: each frame makes its own link once, however many failures it has.
    private PointerPath PathOf(int index)
    {
        var known = index;
        while (known > 0 && _frames[known].Path is null)
            known--;
        var path = _frames[known].Path ??= PointerPath.Root;
        while (known++ < index)
        {
            if (_frames[known].Entry == Entry.Child)
            {
                ref var parent = ref _frames[known - 1];
                path = parent.Kind == JsonInstanceKind.Object ? path.Member(parent.Cursor.GetName(_text).ToString()) : path.Item(parent.Child);
            }
            _frames[known].Path = path;
        }
        return path;
    }

    private string Show(in T value) => value.Kind switch
    {
        JsonInstanceKind.String => $"\"{Shorten(value.GetText(_text))}\"",
        JsonInstanceKind.Number => Shorten(value.GetText(_text)),
        JsonInstanceKind.True => "true",
        JsonInstanceKind.False => "false",
        var kind => TypeNames.Of(kind),
    };

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 60 ? text.ToString() : string.Concat(text[..59], "…");

    private static string Count(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? what : what == "property" ? "properties" : what + "s")}");

    private void ResetFindings()
    {
        _alternatives = null;
        _floor = _maxFindings = 0;
        if (_findings.Capacity > RetainedFindings)
            _findings = [];
        _findings.Clear();
    }
}
