using System.Reflection;
using System.Reflection.Metadata;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Inspection;

/// <summary>Judges the class that the manifest names.</summary>
internal static class EntryInspection
{
    private const string Base = "KrakenPlugins.Sdk.Plugins.GatewayPlugin";
    private const int DeepestInheritance = 64;

    public static void Inspect(PluginManifest manifest, AssemblyImage entry, AssemblyUniverse universe, FindingList findings)
    {
        var name = manifest.Entry.Type;
        var plugins = entry.Types.Where(t => Derives(entry, t.Value, universe)).Select(static t => t.Key).Order(StringComparer.Ordinal).ToArray();
        if (!entry.Types.TryGetValue(name, out var handle))
        {
            var candidates = plugins.Length > 0 ? plugins : [.. entry.Types.Keys];
            findings.Error(FindingCode.TypeMissing, entry.File, $"there is no class {name} in it{NearestName.Suggest(name, candidates)}", plugins.Length == 0
                ? "it needs a public class that derives from GatewayPlugin"
                : $"\"entry.type\" of its manifest should be \"{string.Join("\" or \"", plugins)}\"");
            return;
        }
        var type = entry.Reader.GetTypeDefinition(handle);
        if (!plugins.Contains(name))
            findings.Error(FindingCode.TypeForeign, entry.File, $"{name} does not derive from GatewayPlugin", plugins.Length == 0 ? "derive it" : $"\"entry.type\" of its manifest should be \"{string.Join("\" or \"", plugins)}\"");
        JudgeConstruction(entry, name, type, findings);
        JudgeVisibility(entry, name, type, findings);
        foreach (var other in plugins.Where(p => p != name && !IsAbstract(entry, p)))
            findings.Warning(FindingCode.TypeAmbiguous, entry.File, $"{other} derives from GatewayPlugin too, and is never used", "a plugin folder has one such class; make it abstract, remove it, or give it a folder and manifest of its own");
    }

    private static void JudgeConstruction(AssemblyImage entry, string name, TypeDefinition type, FindingList findings)
    {
        string? reason = null;
        if (type.Attributes.HasFlag(TypeAttributes.Abstract))
            reason = type.Attributes.HasFlag(TypeAttributes.Sealed) ? "is static" : "is abstract";
        else if (type.GetGenericParameters().Count > 0)
            reason = "is generic";
        else if (!HasConstructor(entry.Reader, type))
            reason = "has no public constructor without parameters";
        if (reason is not null)
            findings.Error(FindingCode.TypeNotConstructible, entry.File, $"{name} {reason}", "the gateway makes it with `new`: a class that is not abstract and not generic, with a public constructor without parameters");
    }

    private static void JudgeVisibility(AssemblyImage entry, string name, TypeDefinition type, FindingList findings)
    {
        if ((type.Attributes & TypeAttributes.VisibilityMask) is not (TypeAttributes.Public or TypeAttributes.NestedPublic))
            findings.Warning(FindingCode.TypeNotPublic, entry.File, $"{name} is not public", "make it public: tools that list the plugins of an assembly see public classes only");
        foreach (var method in type.GetMethods())
        {
            if (entry.Reader.GetString(entry.Reader.GetMethodDefinition(method).Name) == ".cctor")
                findings.Note(FindingCode.StaticConstructor, entry.File, $"{name} has a static constructor or static fields with values", "they run once per load of the code and are shared by all configurations; keep them free of side effects");
        }
    }

    private static bool HasConstructor(MetadataReader reader, TypeDefinition type)
    {
        foreach (var handle in type.GetMethods())
        {
            var method = reader.GetMethodDefinition(handle);
            if (reader.GetString(method.Name) == ".ctor" && (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public
                && SignatureText.Method(reader, method.Signature).ParameterTypes.IsEmpty)
                return true;
        }
        return false;
    }

    private static bool IsAbstract(AssemblyImage image, string type) => image.Reader.GetTypeDefinition(image.Types[type]).Attributes.HasFlag(TypeAttributes.Abstract);

    private static bool Derives(AssemblyImage image, TypeDefinitionHandle handle, AssemblyUniverse universe)
    {
        var at = new ResolvedType(image, handle);
        for (var depth = 0; depth < DeepestInheritance; depth++)
        {
            var parent = at.Image.Reader.GetTypeDefinition(at.Handle).BaseType;
            if (parent.IsNil || universe.TypeOf(at.Image, parent) is not { } next)
                return false;
            at = next;
            if (at.Image.Name == SharedAssemblies.SdkName && TypeNames.Of(at.Image.Reader, at.Handle) == Base)
                return true;
        }
        return false;
    }
}
