using System.Reflection.Metadata;
using Gateway.Core.Plugins;

namespace Gateway.Inspection;

/// <summary>
/// Looks up every type, method and field that an assembly uses of other assemblies: what is not there throws when the code in question
/// runs, which may be in the middle of a night.
/// </summary>
internal sealed class MemberInspection(AssemblyUniverse universe, FindingList findings)
{
    private const int Most = 20;
    private const int DeepestInheritance = 64;

    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    /// <summary>Looks up what one assembly uses.</summary>
    public void Inspect(AssemblyImage image)
    {
        _reported.Clear();
        foreach (var handle in image.Reader.TypeReferences)
            InspectType(image, handle);
        foreach (var handle in image.Reader.MemberReferences)
            InspectMember(image, image.Reader.GetMemberReference(handle));
    }

    private void InspectType(AssemblyImage image, TypeReferenceHandle handle)
    {
        var name = TypeNames.Of(image.Reader, handle, out var scope);
        if (scope.IsNil)
            return;
        var resolved = universe.Resolve(image.Reader.GetAssemblyReference(scope).GetAssemblyName());
        if (resolved.Image is not { } target || universe.FindType(target, name, out var missing) is not null)
            return;
        if (missing is not null && resolved.Origin == AssemblyOrigin.Framework)
            Report(image, resolved, name, $"the type {name}, which .NET Framework has in {target.Name} and .NET in {missing.Name}, which is not shared by the gateway");
        else
            Report(image, resolved, name, $"the type {name}, which {target.Name} {VersionOf(resolved)} does not have");
    }

    private void InspectMember(AssemblyImage image, MemberReference member)
    {
        if (universe.TypeOf(image, member.Parent) is not { } owner || ReferenceEquals(owner.Image, image))
            return;
        var reader = image.Reader;
        var name = reader.GetString(member.Name);
        var isMethod = member.GetKind() == MemberReferenceKind.Method;
        string signature;
        if (isMethod)
        {
            var decoded = SignatureText.Method(reader, member.Signature);
            // The extra arguments of a call are part of such a reference.
            if (decoded.Header.CallingConvention == SignatureCallingConvention.VarArgs)
                return;
            signature = SignatureText.Of(decoded);
        }
        else
        {
            signature = SignatureText.Field(reader, member.Signature);
        }
        if (Has(owner, name, signature, isMethod))
            return;
        var type = TypeNames.Of(owner.Image.Reader, owner.Handle);
        var origin = universe.Resolve(new System.Reflection.AssemblyName(owner.Image.Name));
        Report(image, origin, $"{type}.{name}", $"{type}.{Shown(name)}{(isMethod ? signature[signature.IndexOf('(', StringComparison.Ordinal)..] : "")}, which {owner.Image.Name} {VersionOf(origin)} does not have");
    }

    private bool Has(ResolvedType type, string name, string signature, bool isMethod)
    {
        var throughGeneric = false;
        for (var depth = 0; depth < DeepestInheritance; depth++)
        {
            if (Declares(type, name, throughGeneric ? null : signature, isMethod))
                return true;
            // A constructor is not inherited.
            if (name == ".ctor")
                return false;
            var parent = type.Image.Reader.GetTypeDefinition(type.Handle).BaseType;
            if (parent.IsNil)
                return false;
            // Behind a generic base the signature is written with other parameters.
            throughGeneric |= parent.Kind == HandleKind.TypeSpecification;
            if (universe.TypeOf(type.Image, parent) is not { } next)
                return true;
            type = next;
        }
        return true;
    }

    private static bool Declares(ResolvedType type, string name, string? signature, bool isMethod)
    {
        var reader = type.Image.Reader;
        var definition = reader.GetTypeDefinition(type.Handle);
        if (isMethod)
        {
            foreach (var handle in definition.GetMethods())
            {
                var method = reader.GetMethodDefinition(handle);
                if (reader.StringComparer.Equals(method.Name, name) && (signature is null || SignatureText.Of(SignatureText.Method(reader, method.Signature)) == signature))
                    return true;
            }
            return false;
        }
        foreach (var handle in definition.GetFields())
        {
            var field = reader.GetFieldDefinition(handle);
            if (reader.StringComparer.Equals(field.Name, name) && (signature is null || SignatureText.Field(reader, field.Signature) == signature))
                return true;
        }
        return false;
    }

    private void Report(AssemblyImage image, ResolvedAssembly origin, string key, string what)
    {
        if (!_reported.Add(key) || _reported.Count > Most)
            return;
        var (code, remedy) = origin.Origin switch
        {
            AssemblyOrigin.Sdk => (FindingCode.SdkMember, $"build it against version {SharedAssemblies.SdkVersion} of the SDK, or update the gateway"),
            AssemblyOrigin.Framework => (FindingCode.FrameworkMember, $"build it for net{Environment.Version.Major}.0, and against packages that support it"),
            _ => (FindingCode.PrivateMember, $"the folder has another version of {origin.Image!.Name} than it was built with: publish the plugin again, in one go"),
        };
        findings.Error(code, image.File, $"it uses {what}", remedy);
    }

    private static string VersionOf(ResolvedAssembly origin) => origin.Origin == AssemblyOrigin.Sdk ? SharedAssemblies.SdkVersion.ToString() : origin.Image!.Version.ToString();

    private static string Shown(string name) => name == ".ctor" ? "constructor" : name;
}
