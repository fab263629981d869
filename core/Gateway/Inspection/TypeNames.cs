using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Gateway.Inspection;

/// <summary>Names of types and texts of signatures, alike for every assembly, so that they can be compared across assemblies.</summary>
internal static class TypeNames
{
    private const int DeepestNesting = 64;

    /// <summary>Full name of a type that is defined here.</summary>
    public static string Of(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        var outer = type.GetDeclaringType();
        for (var depth = 0; !outer.IsNil && depth < DeepestNesting; depth++)
        {
            type = reader.GetTypeDefinition(outer);
            name = $"{reader.GetString(type.Name)}+{name}";
            outer = type.GetDeclaringType();
        }
        return Join(reader.GetString(type.Namespace), name);
    }

    /// <summary>Full name of a type that another assembly defines.</summary>
    public static string Of(MetadataReader reader, TypeReferenceHandle handle) => Of(reader, handle, out _);

    /// <summary>Full name of a type that another assembly defines, and that assembly (nil for one of the same module).</summary>
    public static string Of(MetadataReader reader, TypeReferenceHandle handle, out AssemblyReferenceHandle assembly)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        for (var depth = 0; type.ResolutionScope.Kind == HandleKind.TypeReference && depth < DeepestNesting; depth++)
        {
            type = reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
            name = $"{reader.GetString(type.Name)}+{name}";
        }
        assembly = type.ResolutionScope.Kind == HandleKind.AssemblyReference ? (AssemblyReferenceHandle)type.ResolutionScope : default;
        return Join(reader.GetString(type.Namespace), name);
    }

    /// <summary>Full name of a type that is forwarded.</summary>
    public static string Of(MetadataReader reader, ExportedType type)
    {
        var name = reader.GetString(type.Name);
        for (var depth = 0; type.Implementation.Kind == HandleKind.ExportedType && depth < DeepestNesting; depth++)
        {
            type = reader.GetExportedType((ExportedTypeHandle)type.Implementation);
            name = $"{reader.GetString(type.Name)}+{name}";
        }
        return Join(reader.GetString(type.Namespace), name);
    }

    /// <summary>Full name of the class of an attribute.</summary>
    public static string OfAttribute(MetadataReader reader, CustomAttribute attribute)
    {
        var owner = attribute.Constructor.Kind == HandleKind.MemberReference
            ? reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent
            : reader.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType();
        return owner.Kind switch
        {
            HandleKind.TypeReference => Of(reader, (TypeReferenceHandle)owner),
            HandleKind.TypeDefinition => Of(reader, (TypeDefinitionHandle)owner),
            _ => "",
        };
    }

    /// <summary>First argument of an attribute when its constructor begins with a text; otherwise <see langword="null"/>.</summary>
    public static string? FirstText(MetadataReader reader, CustomAttribute attribute)
    {
        var signature = SignatureText.Method(reader, attribute.Constructor.Kind == HandleKind.MemberReference
            ? reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Signature
            : reader.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).Signature);
        if (signature.ParameterTypes.IsEmpty || signature.ParameterTypes[0] != "String")
            return null;
        var blob = reader.GetBlobReader(attribute.Value);
        return blob.ReadUInt16() == 1 ? blob.ReadSerializedString() : null;
    }

    private static string Join(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";
}

/// <summary>Writes signatures as texts without assemblies: <c>System.String(Int32,!0)</c>.</summary>
internal sealed class SignatureText : ISignatureTypeProvider<string, object?>
{
    // Each level of a signature takes a byte at least, and a frame of the decoder.
    private const int LongestSignature = 2_000;
    private const int DeepestSpecification = 8;

    private static readonly SignatureText s_instance = new();

    [ThreadStatic]
    private static int t_depth;

    /// <summary>Reads the signature of a method. Throws <see cref="BadImageFormatException"/>.</summary>
    public static MethodSignature<string> Method(MetadataReader reader, BlobHandle signature)
    {
        var blob = Open(reader, signature);
        return new SignatureDecoder<string, object?>(s_instance, reader, null).DecodeMethodSignature(ref blob);
    }

    /// <summary>Reads the signature of a field. Throws <see cref="BadImageFormatException"/>.</summary>
    public static string Field(MetadataReader reader, BlobHandle signature)
    {
        var blob = Open(reader, signature);
        return new SignatureDecoder<string, object?>(s_instance, reader, null).DecodeFieldSignature(ref blob);
    }

    private static BlobReader Open(MetadataReader reader, BlobHandle signature)
    {
        var blob = reader.GetBlobReader(signature);
        return blob.Length <= LongestSignature ? blob : throw new BadImageFormatException($"a signature of {blob.Length} bytes");
    }

    /// <summary>A method's signature; its name stays outside.</summary>
    public static string Of(MethodSignature<string> signature) =>
        $"{(signature.Header.IsInstance ? "instance " : "")}{signature.ReturnType}`{signature.GenericParameterCount}({string.Join(',', signature.ParameterTypes)})";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";
    public string GetByReferenceType(string elementType) => elementType + "&";
    public string GetFunctionPointerType(MethodSignature<string> signature) => $"*{Of(signature)}";
    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(',', typeArguments)}>";
    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";
    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";
    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => isRequired ? $"{unmodifiedType} modreq({modifier})" : $"{unmodifiedType} modopt({modifier})";
    public string GetPinnedType(string elementType) => elementType;
    public string GetPointerType(string elementType) => elementType + "*";
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();
    public string GetSZArrayType(string elementType) => elementType + "[]";
    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => TypeNames.Of(reader, handle);
    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => TypeNames.Of(reader, handle);
    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        // One may name itself.
        if (t_depth >= DeepestSpecification)
            throw new BadImageFormatException("types that are specified by themselves");
        t_depth++;
        try
        {
            var blob = Open(reader, reader.GetTypeSpecification(handle).Signature);
            return new SignatureDecoder<string, object?>(this, reader, genericContext).DecodeType(ref blob);
        }
        finally
        {
            t_depth--;
        }
    }
}
