using KrakenPlugins.Grpc.Wire;

namespace KrakenPlugins.Grpc.Services;

/// <summary>
/// Files of descriptors by name, by what they define and by the types that they extend. Reads sets as <c>protoc --descriptor_set_out</c>
/// writes them; only names are looked at.
/// </summary>
public sealed class DescriptorIndex
{
    private const int MaxNesting = 64;

    private readonly Dictionary<string, DescriptorFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DescriptorFile> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, DescriptorFile>> _extensions = new(StringComparer.Ordinal);

    /// <summary>Names of the services that the files define, in the order of the files.</summary>
    public List<string> Services { get; } = [];

    /// <summary>Adds the files of a <c>FileDescriptorSet</c>; one that is there already is kept.</summary>
    /// <exception cref="FormatException">The bytes are no set of descriptors.</exception>
    public DescriptorIndex Add(ReadOnlySpan<byte> set)
    {
        var reader = new WireReader(set);
        while (reader.Next())
        {
            if (reader.Field == 1)
                AddFile(reader.Bytes().ToArray());
            else
                reader.Skip();
        }
        Expect(!reader.IsBroken);
        return this;
    }

    /// <summary>The file of this name and all that it needs, itself first; <see langword="null"/> when there is none.</summary>
    internal IReadOnlyList<byte[]>? ByName(string name) => _files.TryGetValue(name, out var file) ? WithDependencies(file) : null;

    /// <summary>The file that defines a name, and all that it needs.</summary>
    internal IReadOnlyList<byte[]>? BySymbol(string symbol) => _symbols.TryGetValue(symbol, out var file) ? WithDependencies(file) : null;

    /// <summary>The file that extends a type with a field, and all that it needs.</summary>
    internal IReadOnlyList<byte[]>? ByExtension(string type, int number) =>
        _extensions.TryGetValue(type, out var fields) && fields.TryGetValue(number, out var file) ? WithDependencies(file) : null;

    /// <summary>Numbers of the fields that a type is extended with; <see langword="null"/> when the type is unknown.</summary>
    internal IReadOnlyCollection<int>? Extensions(string type)
    {
        if (_extensions.TryGetValue(type, out var fields))
            return fields.Keys;
        return _symbols.ContainsKey(type) ? [] : null;
    }

    private List<byte[]> WithDependencies(DescriptorFile first)
    {
        var found = new List<byte[]>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { first.Name };
        var open = new Queue<DescriptorFile>([first]);
        while (open.TryDequeue(out var file))
        {
            found.Add(file.Bytes);
            foreach (var name in file.Dependencies)
            {
                if (seen.Add(name) && _files.TryGetValue(name, out var next))
                    open.Enqueue(next);
            }
        }
        return found;
    }

    private void AddFile(byte[] bytes)
    {
        var file = DescriptorFile.Read(bytes);
        if (!_files.TryAdd(file.Name, file))
            return;
        var scope = file.Package.Length == 0 ? "" : file.Package + ".";
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 4:
                    AddMessage(file, scope, reader.Bytes(), 0);
                    break;
                case 5:
                    AddNamed(file, scope, reader.Bytes(), children: 2, childScope: scope);
                    break;
                case 6:
                    Services.Add(AddNamed(file, scope, reader.Bytes(), children: 2, childScope: null));
                    break;
                case 7:
                    AddExtension(file, scope, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        Expect(!reader.IsBroken);
    }

    private void AddMessage(DescriptorFile file, string scope, ReadOnlySpan<byte> bytes, int depth)
    {
        Expect(depth < MaxNesting);
        var inner = AddNamed(file, scope, bytes, children: 2, childScope: null) + ".";
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    AddMessage(file, inner, reader.Bytes(), depth + 1);
                    break;
                case 4:
                    AddNamed(file, inner, reader.Bytes(), children: 2, childScope: inner);
                    break;
                case 6:
                    AddExtension(file, inner, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    // A definition with its name in field 1 and what it consists of (fields, values, methods) in another.
    private string AddNamed(DescriptorFile file, string scope, ReadOnlySpan<byte> bytes, int children, string? childScope)
    {
        var name = scope + NameOf(bytes);
        _symbols.TryAdd(name, file);
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == children)
                _symbols.TryAdd((childScope ?? name + ".") + NameOf(reader.Bytes()), file);
            else
                reader.Skip();
        }
        Expect(!reader.IsBroken);
        return name;
    }

    private void AddExtension(DescriptorFile file, string scope, ReadOnlySpan<byte> bytes)
    {
        _symbols.TryAdd(scope + NameOf(bytes), file);
        var (type, number) = ("", 0);
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    type = reader.Text().TrimStart('.');
                    break;
                case 3:
                    number = reader.Int32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        Expect(!reader.IsBroken);
        if (!_extensions.TryGetValue(type, out var fields))
            _extensions[type] = fields = [];
        fields.TryAdd(number, file);
    }

    private static string NameOf(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var name = "";
        while (reader.Next())
        {
            if (reader.Field == 1)
                name = reader.Text();
            else
                reader.Skip();
        }
        Expect(!reader.IsBroken && name.Length > 0);
        return name;
    }

    private static void Expect(bool holds)
    {
        if (!holds)
            throw new FormatException("the bytes are no set of file descriptors; expected what protoc --descriptor_set_out --include_imports writes");
    }

    private sealed record DescriptorFile(string Name, string Package, IReadOnlyList<string> Dependencies, byte[] Bytes)
    {
        public static DescriptorFile Read(byte[] bytes)
        {
            var (name, package, dependencies) = ("", "", new List<string>());
            var reader = new WireReader(bytes);
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1:
                        name = reader.Text();
                        break;
                    case 2:
                        package = reader.Text();
                        break;
                    case 3:
                        dependencies.Add(reader.Text());
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
            Expect(!reader.IsBroken && name.Length > 0);
            return new DescriptorFile(name, package, dependencies, bytes);
        }
    }
}
