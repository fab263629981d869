using System.Reflection;
using System.Reflection.Metadata;
using System.Text;

namespace Gateway.Inspection;

/// <summary>One attribute that a settings class takes.</summary>
/// <param name="Name">Its name in the document.</param>
/// <param name="Aliases">Old names.</param>
internal sealed record SettingsAttribute(string Name, IReadOnlyList<string> Aliases);

/// <summary>Reads settings classes by the rules of <c>ConfigBinder</c>, from metadata.</summary>
internal sealed class SettingsClasses(AssemblyImage entry, AssemblyUniverse universe)
{
    private const string Space = "KrakenPlugins.Sdk.Configuration.";
    private const int DeepestInheritance = 16;

    /// <summary>File that messages name.</summary>
    public string File => entry.File;

    /// <summary>Names of the classes of the entry assembly, for suggestions.</summary>
    public IEnumerable<string> Names => entry.Types.Keys;

    /// <summary>The attributes of a class and its bases, or <see langword="null"/> when there is no such class in the entry assembly.</summary>
    public IReadOnlyList<SettingsAttribute>? Of(string type)
    {
        if (!entry.Types.TryGetValue(type, out var handle))
            return null;
        var attributes = new List<SettingsAttribute>();
        ResolvedType? next = new ResolvedType(entry, handle);
        for (var depth = 0; next is { } at && depth < DeepestInheritance; depth++)
        {
            var definition = at.Image.Reader.GetTypeDefinition(at.Handle);
            attributes.AddRange(definition.GetProperties().Select(p => Read(at.Image.Reader, at.Image.Reader.GetPropertyDefinition(p))).OfType<SettingsAttribute>());
            next = definition.BaseType.IsNil ? null : universe.TypeOf(at.Image, definition.BaseType);
        }
        return attributes;
    }

    private static SettingsAttribute? Read(MetadataReader reader, PropertyDefinition property)
    {
        var setter = property.GetAccessors().Setter;
        var getter = property.GetAccessors().Getter;
        if (setter.IsNil || getter.IsNil || !IsPublicInstance(reader.GetMethodDefinition(getter)))
            return null;
        if (SignatureText.Method(reader, property.Signature).ReturnType == Space + "ConfigSource")
            return null;
        string? name = null;
        List<string> aliases = [];
        foreach (var handle in property.GetCustomAttributes())
        {
            var attribute = reader.GetCustomAttribute(handle);
            switch (TypeNames.OfAttribute(reader, attribute))
            {
                case Space + "ConfigIgnoreAttribute":
                    return null;
                case Space + "ConfigNameAttribute":
                    name = TypeNames.FirstText(reader, attribute);
                    break;
                case Space + "ConfigAliasAttribute":
                    aliases.AddRange(Texts(reader, attribute));
                    break;
            }
        }
        return new(name ?? SnakeCase(reader.GetString(property.Name)), aliases);
    }

    private static bool IsPublicInstance(MethodDefinition method) =>
        (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public && !method.Attributes.HasFlag(MethodAttributes.Static);

    // The one argument of ConfigAlias is an array of texts.
    private static IEnumerable<string> Texts(MetadataReader reader, CustomAttribute attribute)
    {
        var texts = new List<string>();
        var blob = reader.GetBlobReader(attribute.Value);
        if (blob.ReadUInt16() != 1)
            return texts;
        var count = blob.ReadInt32();
        for (var i = 0; i < count && i < 100; i++)
        {
            if (blob.ReadSerializedString() is { } text)
                texts.Add(text);
        }
        return texts;
    }

    // As the binder spells it.
    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }
}
