using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SpecCoverage;

/// <summary>An ID written on a test, and where.</summary>
/// <param name="Id">As written, known or not.</param>
/// <param name="Test">Full name of the method or class that carries it.</param>
internal sealed record Proof(string Id, string Test);

/// <summary>Reads <c>[Spec("RTE-014")]</c> from an assembly's metadata; nothing of it is loaded or run.</summary>
internal static class TestAssembly
{
    private const string AttributeNamespace = "Gateway.Testing";
    private const string AttributeName = "SpecAttribute";
    // ECMA-335, II.23.3: the value of a custom attribute starts with this.
    private const ushort Prolog = 1;

    /// <summary>The assembly of every project folder in <paramref name="testsFolder"/>, in the order of their names.</summary>
    /// <param name="testsFolder">Holds one folder per test project.</param>
    /// <param name="configuration">Release or Debug.</param>
    /// <exception cref="SpecException">A project has not been built: its proofs would be missing without a word.</exception>
    public static IReadOnlyList<string> FindAll(string testsFolder, string configuration)
    {
        var found = new List<string>();
        if (!Directory.Exists(testsFolder))
            throw new SpecException($"{testsFolder}: no such folder; expected the test projects");
        IEnumerable<string> projects = Directory.GetDirectories(testsFolder).SelectMany(folder => Directory.GetFiles(folder, "*.csproj"));
        foreach (string project in projects.Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            string output = Path.Combine(Path.GetDirectoryName(project)!, "bin", configuration);
            string? assembly = Directory.Exists(output)
                ? Directory.GetFiles(output, name + ".dll", SearchOption.AllDirectories)
                    .Where(path => Path.GetFileName(Path.GetDirectoryName(path)) is not ("ref" or "refint"))
                    .MaxBy(File.GetLastWriteTimeUtc)
                : null;
            found.Add(assembly ?? throw new SpecException($"{project} is not built for {configuration}; run ./build.sh first"));
        }
        return found;
    }

    /// <summary>Every ID on every class and method of the assembly.</summary>
    /// <exception cref="SpecException">The file is no .NET assembly.</exception>
    public static IReadOnlyList<Proof> ReadProofs(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        if (!image.HasMetadata)
            throw new SpecException($"{path} is no .NET assembly");
        MetadataReader metadata = image.GetMetadataReader();

        var proofs = new List<Proof>();
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            string typeName = FullName(metadata, type);
            Collect(metadata, type.GetCustomAttributes(), typeName, proofs);
            foreach (MethodDefinitionHandle methodHandle in type.GetMethods())
            {
                MethodDefinition method = metadata.GetMethodDefinition(methodHandle);
                Collect(metadata, method.GetCustomAttributes(), $"{typeName}.{metadata.GetString(method.Name)}", proofs);
            }
        }
        return proofs;
    }

    private static void Collect(MetadataReader metadata, CustomAttributeHandleCollection attributes, string owner, List<Proof> proofs)
    {
        foreach (CustomAttributeHandle handle in attributes)
        {
            CustomAttribute attribute = metadata.GetCustomAttribute(handle);
            if (!IsSpec(metadata, attribute.Constructor))
                continue;
            BlobReader value = metadata.GetBlobReader(attribute.Value);
            if (value.ReadUInt16() != Prolog)
                throw new SpecException($"{owner}: the value of its [Spec] cannot be read");
            // The one argument is a string[]: a count, negative for null, then each string with its length before it.
            int count = value.ReadInt32();
            for (int i = 0; i < count; i++)
                proofs.Add(new Proof(value.ReadSerializedString() ?? "", owner));
        }
    }

    private static bool IsSpec(MetadataReader metadata, EntityHandle constructor)
    {
        // The attribute's type is a reference, unless it is declared in the very assembly that is read.
        if (constructor.Kind == HandleKind.MethodDefinition)
        {
            TypeDefinition type = metadata.GetTypeDefinition(metadata.GetMethodDefinition((MethodDefinitionHandle)constructor).GetDeclaringType());
            return IsSpec(metadata, type.Namespace, type.Name);
        }
        EntityHandle parent = metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference)
            return false;
        TypeReference reference = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return IsSpec(metadata, reference.Namespace, reference.Name);
    }

    private static bool IsSpec(MetadataReader metadata, StringHandle space, StringHandle name) =>
        metadata.StringComparer.Equals(name, AttributeName) && metadata.StringComparer.Equals(space, AttributeNamespace);

    private static string FullName(MetadataReader metadata, TypeDefinition type)
    {
        string name = metadata.GetString(type.Name);
        TypeDefinitionHandle outer = type.GetDeclaringType();
        if (!outer.IsNil)
            return $"{FullName(metadata, metadata.GetTypeDefinition(outer))}.{name}";
        string space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }
}
