namespace KrakenPlugins.Sdk.Configuration;

/// <summary>The attribute name of a property where it is not the snake_case spelling of the property's name.</summary>
/// <param name="name">Name in the document.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigNameAttribute(string name) : Attribute
{
    /// <summary>Name in the document.</summary>
    public string Name { get; } = name;
}

/// <summary>Old names of an attribute: honoured with a notice where the current name is absent.</summary>
/// <param name="names">Old names, all spelt exactly.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigAliasAttribute(params string[] names) : Attribute
{
    /// <summary>Old names.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>The texts that an attribute, each element of a list or each value of a map may hold.</summary>
/// <param name="values">Allowed texts, compared exactly.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigValuesAttribute(params string[] values) : Attribute
{
    /// <summary>Allowed texts.</summary>
    public IReadOnlyList<string> Values { get; } = values;

    /// <summary>
    /// How bad another text is. Below <see cref="ConfigSeverity.Error"/> the property keeps its initial value and the load
    /// goes on.
    /// </summary>
    public ConfigSeverity Severity { get; init; } = ConfigSeverity.Error;
}

/// <summary>The attribute must be present and not <c>null</c>; its absence is an error.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigRequiredAttribute : Attribute;

/// <summary>The property is no attribute of the document.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigIgnoreAttribute : Attribute;

/// <summary>
/// Attribute names of the class match an exact spelling first and any letter case otherwise. Meant for the objects of the core
/// language; what stands below <c>extra_config</c> is case-sensitive.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ConfigIgnoreCaseAttribute : Attribute;

/// <summary>An attribute that people write but that does not exist: it has no effect, and the warning carries the advice.</summary>
/// <param name="name">The name people write.</param>
/// <param name="advice">What to use instead, as the end of a sentence.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ConfigHintAttribute(string name, string advice) : Attribute
{
    /// <summary>The name people write.</summary>
    public string Name { get; } = name;

    /// <summary>What to use instead.</summary>
    public string Advice { get; } = advice;
}
