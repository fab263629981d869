namespace KrakenPlugins.Revoker.Port.Gob;

/// <summary>What a type that the sender described is made of.</summary>
internal enum GobKind
{
    /// <summary>Named fields.</summary>
    Struct,
    /// <summary>Elements behind their number.</summary>
    List,
    /// <summary>Keys and elements behind their number.</summary>
    Map,
    /// <summary>Bytes that the type writes itself.</summary>
    Opaque,
}

/// <summary>A type that the sender described.</summary>
/// <param name="Kind">What it is made of.</param>
/// <param name="Fields">Names and types of a struct's fields, the first of which has number 1.</param>
/// <param name="Element">Type of elements.</param>
/// <param name="Key">Type of keys.</param>
internal sealed record GobType(GobKind Kind, IReadOnlyList<(string Name, long Type)> Fields, long Element = 0, long Key = 0);

/// <summary>
/// The types that one stream of gob has described so far. Values are not made into objects: a struct is taken apart into the bytes of its fields, and only
/// those that somebody asks for are read.
/// </summary>
internal sealed class GobTypes
{
    /// <summary>Fields of a struct.</summary>
    public const int MostFields = 64;

    /// <summary>A boolean.</summary>
    public const int Bool = 1;
    /// <summary>A signed number.</summary>
    public const int Int = 2;
    /// <summary>An unsigned number.</summary>
    public const int UInt = 3;
    /// <summary>A float.</summary>
    public const int Float = 4;
    /// <summary>Bytes.</summary>
    public const int Bytes = 5;
    /// <summary>A text.</summary>
    public const int Text = 6;
    /// <summary>Two floats.</summary>
    public const int Complex = 7;

    private const int MostTypes = 64;
    private const int MostName = 256;
    private const int MostDepth = 16;

    private readonly Dictionary<long, GobType> _types = [];

    /// <summary>
    /// Takes one message: a description of a type is noted and gives <see langword="null"/>, a struct is taken apart. Throws <see cref="PortException"/> for
    /// anything else.
    /// </summary>
    public GobRecord? Read(ReadOnlyMemory<byte> message)
    {
        var reader = new GobReader(message.Span);
        var id = reader.ReadInt();
        if (id >= 0)
            return RecordOf(id, message[^reader.Left..]);
        if (_types.Count == MostTypes)
            throw new PortException($"gob: more than {MostTypes} types");
        if (!_types.TryAdd(-id, Describe(ref reader)))
            throw new PortException("gob: a type is described twice");
        return null;
    }

    /// <summary>Takes a struct apart.</summary>
    public GobRecord RecordOf(long type, ReadOnlyMemory<byte> bytes)
    {
        if (Find(type) is not { Kind: GobKind.Struct } known)
            throw new PortException("gob: a struct was expected");
        var record = new GobRecord(this);
        var reader = new GobReader(bytes.Span);
        for (var field = reader.ReadField(0); field != 0; field = reader.ReadField(field))
        {
            var (name, fieldType) = FieldOf(known, field);
            var start = bytes.Length - reader.Left;
            Skip(ref reader, fieldType, 0);
            record.Add(name, fieldType, bytes[start..(bytes.Length - reader.Left)]);
        }
        return record;
    }

    /// <summary>The elements of a list of bytes. Throws <see cref="PortException"/> when it is none, or has too many.</summary>
    public List<ReadOnlyMemory<byte>> BytesIn(long type, ReadOnlyMemory<byte> bytes, int most)
    {
        if (Find(type) is not { Kind: GobKind.List, Element: Bytes or Text })
            throw new PortException("gob: a list of bytes was expected");
        var reader = new GobReader(bytes.Span);
        var count = reader.ReadCount();
        if (count > most)
            throw new PortException($"gob: {count} elements; {most} are the limit");
        var list = new List<ReadOnlyMemory<byte>>(count);
        for (var i = 0; i < count; i++)
        {
            var element = reader.ReadBytes();
            list.Add(bytes.Slice(bytes.Length - reader.Left - element.Length, element.Length));
        }
        return list;
    }

    private GobType? Find(long type) => _types.GetValueOrDefault(type);

    private static (string Name, long Type) FieldOf(GobType type, int field) =>
        field <= type.Fields.Count ? type.Fields[field - 1] : throw new PortException("gob: a field that its struct does not have");

    private void Skip(ref GobReader reader, long type, int depth)
    {
        if (depth > MostDepth)
            throw new PortException($"gob: values nested deeper than {MostDepth}");
        switch (type)
        {
            case Bool or Int or UInt or Float:
                reader.ReadUInt();
                return;
            case Bytes or Text:
                reader.ReadBytes();
                return;
            case Complex:
                reader.ReadUInt();
                reader.ReadUInt();
                return;
        }
        var known = Find(type) ?? throw new PortException($"gob: the type {type} was not described");
        switch (known.Kind)
        {
            case GobKind.Opaque:
                reader.ReadBytes();
                return;
            case GobKind.Struct:
                for (var field = reader.ReadField(0); field != 0; field = reader.ReadField(field))
                    Skip(ref reader, FieldOf(known, field).Type, depth + 1);
                return;
            default:
                for (var left = reader.ReadCount(); left > 0; left--)
                {
                    if (known.Kind == GobKind.Map)
                        Skip(ref reader, known.Key, depth + 1);
                    Skip(ref reader, known.Element, depth + 1);
                }
                return;
        }
    }

    // A "wireType": a struct with one field, which says what kind of type it is.
    private static GobType Describe(ref GobReader reader)
    {
        var kind = reader.ReadField(0);
        var type = kind switch
        {
            1 or 2 => DescribeList(ref reader, kind == 1),
            3 => DescribeStruct(ref reader),
            4 => DescribeMap(ref reader),
            5 or 6 or 7 => DescribeOpaque(ref reader),
            _ => throw new PortException("gob: a type of an unknown kind"),
        };
        return reader.ReadField(kind) == 0 ? type : throw new PortException("gob: a type of two kinds");
    }

    private static GobType DescribeList(ref GobReader reader, bool hasLength)
    {
        long element = 0;
        for (var field = reader.ReadField(0); field != 0; field = reader.ReadField(field))
        {
            if (field == 1)
                SkipCommon(ref reader);
            else if (field == 2)
                element = reader.ReadInt();
            else if (field == 3 && hasLength)
                reader.ReadInt();
            else
                throw new PortException("gob: a list with an unknown field");
        }
        return new(GobKind.List, [], element);
    }

    private static GobType DescribeStruct(ref GobReader reader)
    {
        var fields = new List<(string, long)>();
        for (var field = reader.ReadField(0); field != 0; field = reader.ReadField(field))
        {
            if (field == 1)
            {
                SkipCommon(ref reader);
                continue;
            }
            if (field != 2)
                throw new PortException("gob: a struct with an unknown field");
            var count = reader.ReadCount();
            if (count > MostFields)
                throw new PortException($"gob: a struct of {count} fields; {MostFields} are the limit");
            for (; count > 0; count--)
                fields.Add(ReadNamed(ref reader));
        }
        return new(GobKind.Struct, fields);
    }

    private static GobType DescribeMap(ref GobReader reader)
    {
        long key = 0, element = 0;
        for (var field = reader.ReadField(0); field != 0; field = reader.ReadField(field))
        {
            if (field == 1)
                SkipCommon(ref reader);
            else if (field == 2)
                key = reader.ReadInt();
            else if (field == 3)
                element = reader.ReadInt();
            else
                throw new PortException("gob: a map with an unknown field");
        }
        return new(GobKind.Map, [], element, key);
    }

    private static GobType DescribeOpaque(ref GobReader reader)
    {
        for (var field = reader.ReadField(0); field != 0; field = reader.ReadField(field))
        {
            if (field != 1)
                throw new PortException("gob: a type that writes itself with an unknown field");
            SkipCommon(ref reader);
        }
        return new(GobKind.Opaque, []);
    }

    private static void SkipCommon(ref GobReader reader) => ReadNamed(ref reader);

    // "commonType" and "fieldType" both: a name and a number.
    private static (string Name, long Type) ReadNamed(ref GobReader reader)
    {
        var name = "";
        long number = 0;
        for (var field = reader.ReadField(0); field != 0; field = reader.ReadField(field))
        {
            if (field == 1)
                name = reader.ReadText(MostName);
            else if (field == 2)
                number = reader.ReadInt();
            else
                throw new PortException("gob: a name with an unknown field");
        }
        return (name, number);
    }
}

/// <summary>A struct that was taken apart: the bytes of its fields by name. A field that was not sent has its zero value.</summary>
internal sealed class GobRecord(GobTypes types)
{
    private readonly Dictionary<string, (long Type, ReadOnlyMemory<byte> Bytes)> _fields = new(StringComparer.Ordinal);

    /// <summary>Notes a field.</summary>
    public void Add(string name, long type, ReadOnlyMemory<byte> bytes) => _fields[name] = (type, bytes);

    /// <summary>A text.</summary>
    public string Text(string name, int most) => _fields.TryGetValue(name, out var field) ? new GobReader(Expect(field, name, GobTypes.Text).Span).ReadText(most) : "";

    /// <summary>An unsigned number.</summary>
    public ulong UInt(string name) => _fields.TryGetValue(name, out var field) ? new GobReader(Expect(field, name, GobTypes.UInt).Span).ReadUInt() : 0;

    /// <summary>A float.</summary>
    public double Float(string name) => _fields.TryGetValue(name, out var field) ? new GobReader(Expect(field, name, GobTypes.Float).Span).ReadFloat() : 0;

    /// <summary>Bytes, or what a type wrote itself.</summary>
    public ReadOnlyMemory<byte> Bytes(string name)
    {
        if (!_fields.TryGetValue(name, out var field))
            return default;
        if (field.Type is GobTypes.Bool or GobTypes.Int or GobTypes.UInt or GobTypes.Float or GobTypes.Complex)
            throw new PortException($"gob: {name} is no bytes");
        var reader = new GobReader(field.Bytes.Span);
        var length = reader.ReadBytes().Length;
        return field.Bytes.Slice(field.Bytes.Length - reader.Left - length, length);
    }

    /// <summary>A struct within; an empty one when it was not sent.</summary>
    public GobRecord Record(string name) => _fields.TryGetValue(name, out var field) ? types.RecordOf(field.Type, field.Bytes) : new GobRecord(types);

    /// <summary>A list of bytes.</summary>
    public List<ReadOnlyMemory<byte>> BytesIn(string name, int most) => _fields.TryGetValue(name, out var field) ? types.BytesIn(field.Type, field.Bytes, most) : [];

    private static ReadOnlyMemory<byte> Expect((long Type, ReadOnlyMemory<byte> Bytes) field, string name, long type) =>
        field.Type == type ? field.Bytes : throw new PortException($"gob: {name} has another type");
}
