using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.Loader;
using Gateway.Core.Plugins;

namespace Gateway.Inspection;

/// <summary>Whose an assembly is that a plugin refers to.</summary>
internal enum AssemblyOrigin
{
    /// <summary>The SDK of the gateway.</summary>
    Sdk,
    /// <summary>A shared framework, in the version of the gateway's runtime.</summary>
    Framework,
    /// <summary>The plugin's own.</summary>
    Private,
    /// <summary>The gateway's own, which no plugin gets.</summary>
    Gateway,
    /// <summary>Nobody's.</summary>
    Missing,
}

/// <summary>What a reference leads to.</summary>
/// <param name="Origin">Whose it is.</param>
/// <param name="Image">Its metadata; <see langword="null"/> when there is none.</param>
internal readonly record struct ResolvedAssembly(AssemblyOrigin Origin, AssemblyImage? Image);

/// <summary>A type, wherever it is defined.</summary>
internal readonly record struct ResolvedType(AssemblyImage Image, TypeDefinitionHandle Handle);

/// <summary>
/// The assemblies that a plugin would see, found by the rules of its load context: SDK and shared frameworks from the gateway, the rest
/// where its dependency manifest says. Nothing of the plugin is loaded.
/// </summary>
internal sealed class AssemblyUniverse : IDisposable
{
    private const int MostForwards = 8;

    private readonly string _folder;
    private readonly AssemblyDependencyResolver? _resolver;
    private readonly Dictionary<string, ResolvedAssembly> _known = new(StringComparer.Ordinal);

    /// <summary>Reads the dependency manifest beside the entry assembly, if there is one.</summary>
    /// <param name="folder">Folder of the plugin.</param>
    /// <param name="entry">Path of its entry assembly.</param>
    /// <param name="fault">Why the dependency manifest cannot be read, or <see langword="null"/>.</param>
    public AssemblyUniverse(string folder, string entry, out string? fault)
    {
        _folder = folder;
        fault = null;
        try
        {
            _resolver = new AssemblyDependencyResolver(entry);
        }
        catch (InvalidOperationException exception)
        {
            fault = exception.Message;
        }
    }

    /// <summary>The plugin's own assemblies that were reached so far.</summary>
    public IEnumerable<AssemblyImage> Private => _known.Values.Where(static r => r is { Origin: AssemblyOrigin.Private, Image: not null }).Select(static r => r.Image!);

    /// <summary>The metadata of an assembly that the gateway runs with.</summary>
    public AssemblyImage Framework(string name) => Resolve(new AssemblyName(name)).Image!;

    /// <summary>What a reference leads to.</summary>
    public ResolvedAssembly Resolve(AssemblyName reference)
    {
        var name = reference.Name!;
        if (_known.TryGetValue(name, out var known))
            return known;
        return _known[name] = Find(reference, name);
    }

    /// <summary>Makes the entry assembly known without asking its dependency manifest.</summary>
    public void Add(AssemblyImage entry) => _known[entry.Name] = new(AssemblyOrigin.Private, entry);

    /// <summary>Path of a native library, or <see langword="null"/>.</summary>
    public string? FindNative(string name) => _resolver?.ResolveUnmanagedDllToPath(name);

    /// <summary>The type of a name, through forwards; otherwise the assembly in which it should be.</summary>
    public ResolvedType? FindType(AssemblyImage image, string name, out AssemblyName? missing)
    {
        missing = null;
        for (var i = 0; i < MostForwards; i++)
        {
            if (image.Types.TryGetValue(name, out var handle))
                return new(image, handle);
            if (image.Forward(name) is not { } forward)
                return null;
            var target = forward.GetAssemblyName();
            if (Resolve(target).Image is not { } next)
            {
                missing = target;
                return null;
            }
            image = next;
        }
        return null;
    }

    /// <summary>The type behind a handle of an assembly; <see langword="null"/> for arrays, pointers and what is missing.</summary>
    public ResolvedType? TypeOf(AssemblyImage image, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return new(image, (TypeDefinitionHandle)handle);
            case HandleKind.TypeReference:
                var name = TypeNames.Of(image.Reader, (TypeReferenceHandle)handle, out var scope);
                if (scope.IsNil)
                    return image.Types.TryGetValue(name, out var own) ? new(image, own) : null;
                return Resolve(image.Reader.GetAssemblyReference(scope).GetAssemblyName()).Image is { } target ? FindType(target, name, out _) : null;
            case HandleKind.TypeSpecification:
                var generic = GenericOf(image.Reader, (TypeSpecificationHandle)handle);
                return generic.IsNil || generic.Kind == HandleKind.TypeSpecification ? null : TypeOf(image, generic);
            default:
                return null;
        }
    }

    /// <summary>The generic type of an instantiation; nil for other specifications.</summary>
    public static EntityHandle GenericOf(MetadataReader reader, TypeSpecificationHandle handle)
    {
        var blob = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return default;
        blob.ReadCompressedInteger();
        return blob.ReadTypeHandle();
    }

    public void Dispose()
    {
        foreach (var known in _known.Values)
            known.Image?.Dispose();
    }

    private ResolvedAssembly Find(AssemblyName reference, string name)
    {
        if (name == SharedAssemblies.SdkName)
            return new(AssemblyOrigin.Sdk, AssemblyImage.Of(SharedAssemblies.Sdk));
        if (SharedAssemblies.IsGateway(name))
            return new(AssemblyOrigin.Gateway, null);
        if (SharedAssemblies.IsFramework(name))
        {
            var shared = AssemblyImage.Of(AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name)));
            if (reference.Version is null || shared.Version >= reference.Version || SharedAssemblies.IsContract(name) || PathOf(reference) is null)
                return new(AssemblyOrigin.Framework, shared);
        }
        // Where the framework's own assemblies keep what they forward.
        if (name.StartsWith("System.Private.", StringComparison.Ordinal) && TryPrivate(name) is { } inner)
            return new(AssemblyOrigin.Framework, inner);
        if (PathOf(reference) is not { } path)
            return new(AssemblyOrigin.Missing, null);
        try
        {
            return new(AssemblyOrigin.Private, AssemblyImage.Open(path, Relative(path)));
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            // The inspection of files says what is wrong with it.
            return new(AssemblyOrigin.Private, null);
        }
    }

    private static AssemblyImage? TryPrivate(string name)
    {
        try
        {
            return AssemblyImage.Of(AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name)));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string? PathOf(AssemblyName reference) => _resolver?.ResolveAssemblyToPath(new AssemblyName(reference.Name!));

    private string Relative(string path) => Path.GetRelativePath(_folder, path).Replace('\\', '/');
}
