using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace KrakenPlugins.Sdk.Configuration;

internal enum SettingsKind
{
    String,
    Boolean,
    Int32,
    Int64,
    Double,
    Duration,
    Node,
    List,
    Map,
    Object,
}

/// <summary>The type of a property, of a list's elements or of a map's values.</summary>
internal sealed record SettingsType(SettingsKind Kind, Type Type, SettingsType? Element)
{
    public static SettingsType Of(Type type, PropertyInfo property)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return new(SettingsKind.String, type, null);
        if (type == typeof(bool))
            return new(SettingsKind.Boolean, type, null);
        if (type == typeof(int))
            return new(SettingsKind.Int32, type, null);
        if (type == typeof(long))
            return new(SettingsKind.Int64, type, null);
        if (type == typeof(double))
            return new(SettingsKind.Double, type, null);
        if (type == typeof(TimeSpan))
            return new(SettingsKind.Duration, type, null);
        if (type == typeof(ConfigNode))
            return new(SettingsKind.Node, type, null);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) && type.GenericTypeArguments[0] == typeof(string))
            return new(SettingsKind.Map, typeof(OrderedDictionary<,>).MakeGenericType(type.GenericTypeArguments), Of(type.GenericTypeArguments[1], property));
        var element = type.IsArray ? type.GetElementType() : type.IsGenericType ? type.GenericTypeArguments[0] : null;
        if (element is not null && type.IsAssignableFrom(element.MakeArrayType()))
            return new(SettingsKind.List, element, Of(element, property));
        if (type is { IsClass: true, IsAbstract: false, IsGenericType: false } && type.GetConstructor(Type.EmptyTypes) is not null)
            return new(SettingsKind.Object, type, null);
        throw new NotSupportedException($"{property.DeclaringType}.{property.Name}: settings cannot be bound to {type}.");
    }
}

/// <summary>One attribute of a settings class.</summary>
internal sealed record SettingsProperty(
    int Index, PropertyInfo Property, string Name, SettingsType Type, ConfigValuesAttribute? Values, bool IsRequired);

/// <summary>What a settings class looks like to the binder; made once per class.</summary>
internal sealed class SettingsShape
{
    // Weak on the type: a cache must not keep the load context of a plugin alive that was replaced.
    private static readonly ConditionalWeakTable<Type, SettingsShape> s_shapes = new();

    private readonly Dictionary<string, SettingsProperty> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SettingsProperty>? _anyCase;
    private readonly Dictionary<string, SettingsProperty> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _hints = new(StringComparer.Ordinal);

    private SettingsShape(Type type)
    {
        if (type.IsDefined(typeof(ConfigIgnoreCaseAttribute)))
            _anyCase = new(StringComparer.OrdinalIgnoreCase);
        foreach (var hint in type.GetCustomAttributes<ConfigHintAttribute>())
            _hints[hint.Name] = hint.Advice;

        var properties = new List<SettingsProperty>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is null || property.IsDefined(typeof(ConfigIgnoreAttribute)))
                continue;
            if (property.PropertyType == typeof(ConfigSource))
            {
                Source = property;
                continue;
            }
            var attribute = new SettingsProperty(
                properties.Count,
                property,
                property.GetCustomAttribute<ConfigNameAttribute>()?.Name ?? SnakeCase(property.Name),
                SettingsType.Of(property.PropertyType, property),
                property.GetCustomAttribute<ConfigValuesAttribute>(),
                property.IsDefined(typeof(ConfigRequiredAttribute)));
            properties.Add(attribute);
            _exact.Add(attribute.Name, attribute);
            _anyCase?.Add(attribute.Name, attribute);
            foreach (var alias in property.GetCustomAttribute<ConfigAliasAttribute>()?.Names ?? [])
                _aliases.Add(alias, attribute);
        }
        Properties = properties;
    }

    public IReadOnlyList<SettingsProperty> Properties { get; }

    public PropertyInfo? Source { get; }

    public IEnumerable<string> Names => _exact.Keys;

    public IReadOnlyDictionary<string, string> OldNames => _aliases.ToDictionary(static a => a.Key, static a => a.Value.Name, StringComparer.Ordinal);

    public static SettingsShape Of(Type type) => s_shapes.GetValue(type, static t => new SettingsShape(t));

    public SettingsProperty? FindExact(string name) => _exact.GetValueOrDefault(name);

    public SettingsProperty? FindAnyCase(string name) => _anyCase?.GetValueOrDefault(name);

    public SettingsProperty? FindAlias(string name) => _aliases.GetValueOrDefault(name);

    public string? FindHint(string name) => _hints.GetValueOrDefault(name);

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
