using System.Diagnostics.CodeAnalysis;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>How a body becomes the object that the operations work on.</summary>
public enum JsonMode
{
    /// <summary>An object, or with <c>is_collection</c> an array (MAN-035, MAN-060).</summary>
    Json,
    /// <summary>Any value; what is no object is wrapped (MAN-063).</summary>
    SafeJson,
}

/// <summary>What a backend's configuration asks of its responses.</summary>
public sealed record JsonShapeOptions
{
    /// <summary>How the body is understood.</summary>
    public JsonMode Mode { get; init; }
    /// <summary>The body is an array.</summary>
    public bool IsCollection { get; init; }
    /// <summary>Dotted path of the new root, or empty.</summary>
    public string Target { get; init; } = "";
    /// <summary>Dotted paths to keep; empty means all.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];
    /// <summary>Dotted paths to remove; ignored when there is anything in <see cref="Allow"/> (MAN-028).</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];
    /// <summary>Old and new root keys in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Mapping { get; init; } = [];
    /// <summary>Key to wrap the result in, or empty.</summary>
    public string Group { get; init; } = "";
    /// <summary>What a body may demand.</summary>
    public JsonLimits Limits { get; init; } = JsonLimits.Default;
}

/// <summary>
/// Decoding and <c>target</c>, <c>allow</c> or <c>deny</c>, <c>mapping</c>, <c>group</c> of one backend, compiled (MAN-018..038).
/// Immutable and thread-safe.
/// </summary>
public sealed class JsonShape
{
    private const int CollectionName = 0;
    private const int ContentName = 1;
    private const int FirstMappedName = 2;

    /// <summary>The root token of an empty object that no document has.</summary>
    internal const int EmptyRoot = -1;

    private readonly JsonShapeOptions _options;
    private readonly string[] _target;
    private readonly byte[][] _targetUtf8;
    private readonly FieldSet? _allow;
    private readonly FieldSet? _deny;
    private readonly FieldMapping? _mapping;
    private readonly JsonNames? _names;

    /// <summary>Compiles a shape.</summary>
    public JsonShape(JsonShapeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _target = options.Target.Length == 0 ? [] : options.Target.Split('.');
        _targetUtf8 = [.. _target.Select(Encoding.UTF8.GetBytes)];
        if (options.Allow.Count > 0)
            _allow = FieldSet.OfPaths(options.Allow, lastDecides: true);
        else if (options.Deny.Count > 0)
            _deny = FieldSet.OfPaths(options.Deny, lastDecides: false);
        if (options.Mapping.Count > 0)
            _mapping = new FieldMapping(options.Mapping, FirstMappedName);
        if (_mapping is not null || options.IsCollection || options.Mode == JsonMode.SafeJson)
            _names = new JsonNames(["collection", "content", .. _mapping?.Targets ?? []]);
        if (options.Group.Length > 0)
            Group = new JsonGroup(options.Group);
    }

    /// <summary>The wrapper around the result, or <see langword="null"/>.</summary>
    internal JsonGroup? Group { get; }

    /// <summary>Whether <see cref="ShapeTree"/> has anything to do.</summary>
    internal bool ChangesTrees => _target.Length > 0 || _allow is not null || _deny is not null || _mapping is not null || Group is not null;

    /// <summary>Decodes a body and applies the operations. Takes ownership of <paramref name="body"/> in every case.</summary>
    /// <param name="body">The bytes of the response.</param>
    /// <param name="payload">The data; <see langword="null"/> on failure and for a <c>null</c> document (MAN-062).</param>
    /// <param name="error">What is wrong with the body, in the words of Go's decoder.</param>
    /// <returns>Whether the body could be decoded.</returns>
    public bool TryShape(PooledBytes body, out Payload? payload, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(body);
        payload = null;
        Prepare(ref body);
        var tape = default(JsonTape);
        try
        {
            error = Read(body, ref tape, keepElements: false, out var root);
            if (error is not null)
                return false;
            if (root >= 0 && Group is null && tape.Tokens[root].Kind == JsonFlags.Null)
                return true;
            payload = new JsonPayload(this, body, tape, root);
            return true;
        }
        finally
        {
            if (payload is null)
            {
                tape.Dispose();
                body.Dispose();
            }
        }
    }

    /// <summary>
    /// Applies the operations to data that another decoder has produced. Takes ownership of <paramref name="data"/>.
    /// </summary>
    public DataObject ShapeTree(DataObject data)
    {
        ArgumentNullException.ThrowIfNull(data);
        foreach (var name in _target)
            data = data[name] as DataObject ?? new DataObject();
        if (_allow is not null)
            TreeFilter.Allow(data, _allow);
        else if (_deny is not null)
            TreeFilter.Deny(data, _deny);
        _mapping?.Apply(data);
        return Group is null ? data : new DataObject { [Group.Name] = data };
    }

    /// <summary>Reads a prepared body and applies everything but the group.</summary>
    /// <param name="body">The body, with padding and names behind it.</param>
    /// <param name="tape">Receives the tokens, also on failure.</param>
    /// <param name="keepElements">Whether elements of arrays get tokens, as a tree needs.</param>
    /// <param name="root">The token of the result, or <see cref="EmptyRoot"/>; of kind null for a null document.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    internal string? Read(PooledBytes body, ref JsonTape tape, bool keepElements, out int root)
    {
        tape.Reserve(body.Length);
        var wrapper = Wrapper(body.Span);
        var first = wrapper < 0 ? 0 : 2;
        root = 0;
        var fault = JsonTokenizer.Read(body.Array, 0, ref tape, first, _options.Limits, keepElements);
        if (fault.Kind != JsonFaultKind.None)
            return fault.Describe(body.Span);
        var tokens = tape.Tokens;
        if (TypeError(tokens[first].Kind) is { } error)
            return error;
        if (wrapper >= 0)
        {
            tokens[0] = new JsonToken { Next = tape.Count, Flags = JsonFlags.Object | JsonFlags.Ordered };
            tokens[1].Next = 2;
            _names!.Assign(ref tokens[1], wrapper, NamesStart(body));
        }
        root = Apply(body, tokens);
        return null;
    }

    private static int NamesStart(PooledBytes body) => body.Length + JsonScan.Padding;

    private void Prepare(ref PooledBytes body)
    {
        Utf8Repair.Apply(ref body);
        var names = _names?.Length ?? 0;
        body.Reserve((2 * JsonScan.Padding) + names);
        var behind = body.Array.AsSpan(body.Length, (2 * JsonScan.Padding) + names);
        behind[..JsonScan.Padding].Clear();
        behind[^JsonScan.Padding..].Clear();
        _names?.CopyTo(behind[JsonScan.Padding..]);
    }

    /// <summary>The name under which the value is put, or -1 when the document is the object itself.</summary>
    private int Wrapper(ReadOnlySpan<byte> document)
    {
        if (_options.Mode == JsonMode.Json)
            return _options.IsCollection ? CollectionName : -1;
        var start = document.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
            return -1;
        return document[start] switch
        {
            (byte)'{' => -1,
            (byte)'[' => CollectionName,
            _ => ContentName,
        };
    }

    private string? TypeError(JsonFlags kind)
    {
        if (_options.Mode == JsonMode.SafeJson || kind == JsonFlags.Null)
            return null;
        var expected = _options.IsCollection ? JsonFlags.Array : JsonFlags.Object;
        if (kind == expected)
            return null;
        var found = kind switch
        {
            JsonFlags.Object => "object",
            JsonFlags.Array => "array",
            JsonFlags.String => "string",
            JsonFlags.Number => "number",
            _ => "bool",
        };
        return $"json: cannot unmarshal {found} into Go value of type {(_options.IsCollection ? "[]interface {}" : "map[string]interface {}")}";
    }

    private int Apply(PooledBytes body, JsonToken[] tokens)
    {
        ReadOnlySpan<byte> source = body.Array;
        var root = 0;
        foreach (var name in _targetUtf8)
        {
            root = JsonLookup.Find(source, tokens, root, name);
            if (root < 0 || tokens[root].Kind != JsonFlags.Object)
                return EmptyRoot;
        }
        if (tokens[root].Kind != JsonFlags.Object)
            return root;
        if (_allow is not null && !FieldFilter.Allow(source, tokens, root, _allow))
            return EmptyRoot;
        if (_deny is not null)
            FieldFilter.Deny(source, tokens, root, _deny);
        _mapping?.Apply(source, tokens, root, _names!, NamesStart(body));
        return root;
    }
}
