using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace Gateway.Inspection;

/// <summary>The metadata of an assembly, read and never loaded.</summary>
internal sealed class AssemblyImage : IDisposable
{
    private readonly PEReader? _image;
    private readonly Dictionary<string, TypeDefinitionHandle> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AssemblyReferenceHandle> _forwards = new(StringComparer.Ordinal);

    private AssemblyImage(string file, MetadataReader reader, PEReader? image)
    {
        File = file;
        Reader = reader;
        _image = image;
        var definition = reader.GetAssemblyDefinition();
        Name = reader.GetString(definition.Name);
        Version = definition.Version;
        foreach (var handle in reader.TypeDefinitions)
            _types.TryAdd(TypeNames.Of(reader, handle), handle);
        foreach (var handle in reader.ExportedTypes)
        {
            var type = reader.GetExportedType(handle);
            if (ForwardOf(type) is { } target)
                _forwards.TryAdd(TypeNames.Of(reader, type), target);
        }
    }

    /// <summary>File that messages name.</summary>
    public string File { get; }

    /// <summary>The metadata.</summary>
    public MetadataReader Reader { get; }

    /// <summary>Headers of the file; <see langword="null"/> for an assembly of the gateway's own process.</summary>
    public PEReader? Image => _image;

    /// <summary>Simple name.</summary>
    public string Name { get; }

    /// <summary>Assembly version.</summary>
    public Version Version { get; }

    /// <summary>Names of its types; nested ones as <c>Outer+Inner</c>.</summary>
    public IReadOnlyDictionary<string, TypeDefinitionHandle> Types => _types;

    /// <summary>The assembly that a type moved to, or <see langword="null"/>.</summary>
    public AssemblyReference? Forward(string type) => _forwards.TryGetValue(type, out var handle) ? Reader.GetAssemblyReference(handle) : null;

    /// <summary>Reads a file. Throws <see cref="BadImageFormatException"/> for anything but a .NET assembly.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Name for messages.</param>
    public static AssemblyImage Open(string path, string name)
    {
        var content = System.IO.File.ReadAllBytes(path);
        var image = new PEReader(ImmutableCollectionsMarshal.AsImmutableArray(content));
        try
        {
            // The metadata lies in front of the resources and of the end of the code: both may be cut off.
            if (image.PEHeaders.SectionHeaders.Any(s => (long)s.PointerToRawData + s.SizeOfRawData > content.Length))
                throw new BadImageFormatException("it is truncated");
            if (!image.HasMetadata)
                throw new BadImageFormatException("it holds no .NET metadata");
            var reader = image.GetMetadataReader();
            if (!reader.IsAssembly)
                throw new BadImageFormatException("it is a module without assembly");
            return new(name, reader, image);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>The metadata of an assembly that the gateway itself runs with.</summary>
    public static unsafe AssemblyImage Of(Assembly assembly) => assembly.TryGetRawMetadata(out var blob, out var length)
        ? new(assembly.GetName().Name!, new MetadataReader(blob, length), null)
        : throw new BadImageFormatException($"{assembly.GetName().Name} has no metadata");

    /// <summary>Whether the assembly carries an attribute, and its first argument when that is a text.</summary>
    public bool TryAttribute(string fullName, out string? text)
    {
        foreach (var handle in Reader.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = Reader.GetCustomAttribute(handle);
            if (TypeNames.OfAttribute(Reader, attribute) == fullName)
            {
                text = TypeNames.FirstText(Reader, attribute);
                return true;
            }
        }
        text = null;
        return false;
    }

    public void Dispose() => _image?.Dispose();

    private AssemblyReferenceHandle? ForwardOf(ExportedType type)
    {
        for (var depth = 0; type.Implementation.Kind == HandleKind.ExportedType && depth < 64; depth++)
            type = Reader.GetExportedType((ExportedTypeHandle)type.Implementation);
        return type.Implementation.Kind == HandleKind.AssemblyReference ? (AssemblyReferenceHandle)type.Implementation : null;
    }
}
