using System.Collections;

namespace KrakenPlugins.Sdk.Configuration;

/// <summary>
/// Binds objects of a configuration document to settings classes, with the weak typing of the language. A settings class has a
/// parameterless constructor and settable (or <c>init</c>) properties named after the attributes in PascalCase
/// (<c>MaxRate</c> is <c>max_rate</c>), of type string, bool, int, long, double, <see cref="TimeSpan"/>, a nullable of these,
/// <see cref="ConfigNode"/>, another settings class, <c>IReadOnlyList&lt;T&gt;</c>, or <c>IReadOnlyDictionary&lt;string, T&gt;</c>
/// (which keeps the order of the document). An absent or <c>null</c> attribute leaves the property's initial value. A property
/// of type <see cref="ConfigSource"/> receives the object's place.
/// <para>
/// Keys that start with <c>@ $ _ #</c> are metadata and ignored. Of duplicates the last wins. Whatever does not fit is reported
/// with its position, and binding goes on, so that one load shows every mistake.
/// </para>
/// </summary>
/// <param name="diagnostics">Receives the findings.</param>
public sealed class ConfigBinder(ConfigDiagnostics diagnostics)
{
    private static readonly object s_invalid = new();

    /// <summary>Optional advice for an unknown attribute, as the end of a sentence; <see langword="null"/> for no advice.</summary>
    public Func<string, string?>? Advise { get; init; }

    /// <summary>Whether a key is metadata, which never has an effect: it starts with <c>@</c>, <c>$</c>, <c>_</c> or <c>#</c>.</summary>
    public static bool IsMetadata(string name) => name.Length > 0 && name[0] is ('@' or '$' or '_' or '#');

    /// <summary>Binds an object; what could not be bound keeps its initial value and is reported.</summary>
    /// <exception cref="NotSupportedException">The settings class has a property of a type that cannot be bound.</exception>
    public T Bind<T>(ConfigNode node, ConfigPath path) where T : class, new()
    {
        TryBind<T>(node, path, out var settings);
        return settings;
    }

    /// <summary>Binds an object and tells whether it was free of errors.</summary>
    /// <param name="node">An object; an empty list counts as an empty object.</param>
    /// <param name="path">Its place, for findings.</param>
    /// <param name="settings">The settings; where an attribute could not be bound it keeps its initial value.</param>
    /// <exception cref="NotSupportedException">The settings class has a property of a type that cannot be bound.</exception>
    public bool TryBind<T>(ConfigNode node, ConfigPath path, out T settings) where T : class, new()
    {
        settings = new T();
        return BindObject(settings, node, path);
    }

    private bool BindObject(object settings, ConfigNode node, ConfigPath path)
    {
        var shape = SettingsShape.Of(settings.GetType());
        shape.Source?.SetValue(settings, new ConfigSource(node, path));
        if (node.Kind != ConfigKind.Object && !(node.Kind == ConfigKind.Array && node.Items.Count == 0))
        {
            WrongType(node, path, "an object");
            return false;
        }

        var good = true;
        var chosen = Choose(shape, node, path);
        foreach (var property in shape.Properties)
        {
            if (chosen[property.Index] is not { } value)
            {
                if (property.IsRequired)
                {
                    diagnostics.Error(node.Position, path.ToString(), $"\"{property.Name}\" is required");
                    good = false;
                }
                continue;
            }
            var bound = Convert(value, property.Type, property, path.Member(property.Name));
            if (ReferenceEquals(bound, s_invalid))
                good = false;
            else if (bound is not null)
                property.Property.SetValue(settings, bound);
        }
        return good;
    }

    /// <summary>Picks the value of each property: exact name, then any letter case, then an old name; the last of equals.</summary>
    private ConfigNode?[] Choose(SettingsShape shape, ConfigNode node, ConfigPath path)
    {
        var exact = new ConfigNode?[shape.Properties.Count];
        ConfigNode?[]? anyCase = null;
        List<(SettingsProperty Property, ConfigMember Member)>? old = null;
        foreach (var member in node.Members)
        {
            var value = member.Value.Kind == ConfigKind.Null ? null : member.Value;
            if (shape.FindExact(member.Name) is { } property)
                exact[property.Index] = value;
            else if (IsMetadata(member.Name))
                continue;
            else if (shape.FindAnyCase(member.Name) is { } similar)
                (anyCase ??= new ConfigNode?[exact.Length])[similar.Index] = value;
            else if (shape.FindAlias(member.Name) is { } renamed)
                (old ??= []).Add((renamed, member));
            else
                ReportUnknown(shape, member, path);
        }
        for (var i = 0; anyCase is not null && i < exact.Length; i++)
            exact[i] ??= anyCase[i];
        if (old is not null)
            ApplyOldNames(exact, old, path);
        return exact;
    }

    private void ApplyOldNames(ConfigNode?[] chosen, List<(SettingsProperty Property, ConfigMember Member)> old, ConfigPath path)
    {
        var taken = new HashSet<int>();
        for (var i = old.Count - 1; i >= 0; i--)
        {
            var (property, member) = old[i];
            if (member.Value.Kind == ConfigKind.Null)
                continue;
            var isFree = chosen[property.Index] is null;
            Report(ConfigSeverity.Notice, ConfigRules.OldName, member.NamePosition, path.Member(member.Name), isFree
                ? $"\"{member.Name}\" is the old name of \"{property.Name}\"; rename it"
                : taken.Contains(property.Index)
                    ? $"\"{member.Name}\" is ignored because another spelling of \"{property.Name}\" comes later"
                    : $"\"{member.Name}\" is ignored because its current name \"{property.Name}\" is present");
            if (!isFree)
                continue;
            chosen[property.Index] = member.Value;
            taken.Add(property.Index);
        }
    }

    private void ReportUnknown(SettingsShape shape, ConfigMember member, ConfigPath path)
    {
        var name = ConfigText.Quote(member.Name);
        var advice = shape.FindHint(member.Name) ?? Advise?.Invoke(member.Name);
        var message = advice is not null
            ? $"{name} has no effect here: {advice}"
            : $"{name} is no attribute of this place and has no effect{NearestName.Suggest(member.Name, shape.Names)}";
        Report(ConfigSeverity.Warning, advice is null ? ConfigRules.UnknownAttribute : ConfigRules.Hint, member.NamePosition, path.Member(member.Name), message);
    }

    private void Report(ConfigSeverity severity, string rule, SourcePosition position, ConfigPath path, string message) =>
        diagnostics.Add(new(severity, position, path.ToString(), message) { Rule = rule });

    private void WrongType(ConfigNode node, ConfigPath path, string expected) =>
        Report(ConfigSeverity.Error, ConfigRules.Type, node.Position, path, $"expected {expected}, not {ConfigText.Describe(path.MemberName, node)}");

    private object? Convert(ConfigNode node, SettingsType type, SettingsProperty property, ConfigPath path)
    {
        switch (type.Kind)
        {
            case SettingsKind.Node:
                return node;
            case SettingsKind.Object:
                var settings = Activator.CreateInstance(type.Type)!;
                return BindObject(settings, node, path) ? settings : s_invalid;
            case SettingsKind.List:
                return ConvertList(node, type, property, path);
            case SettingsKind.Map:
                return ConvertMap(node, type, property, path);
            default:
                return ConvertScalar(node, type.Kind, property, path);
        }
    }

    private object? ConvertScalar(ConfigNode node, SettingsKind kind, SettingsProperty property, ConfigPath path)
    {
        switch (kind)
        {
            case SettingsKind.String when WeakTyping.TryString(node, out var text):
                return property.Values is null ? text : Allowed(text, node, property, path);
            case SettingsKind.Boolean when WeakTyping.TryBoolean(node, out var flag):
                return flag;
            case SettingsKind.Int32 when WeakTyping.TryInteger(node, out var integer) && integer is >= int.MinValue and <= int.MaxValue:
                return (int)integer;
            case SettingsKind.Int64 when WeakTyping.TryInteger(node, out var integer):
                return integer;
            case SettingsKind.Double when WeakTyping.TryDouble(node, out var number):
                return number;
            case SettingsKind.Duration when WeakTyping.TryDuration(node, out var duration, out var isBareNumber):
                if (isBareNumber)
                    diagnostics.Warning(node.Position, path.ToString(), $"{node.Text} without a unit counts nanoseconds; write a duration such as \"3s\"");
                return duration;
            default:
                WrongType(node, path, Expectation(kind));
                return s_invalid;
        }
    }

    private object? Allowed(string text, ConfigNode node, SettingsProperty property, ConfigPath path)
    {
        var allowed = property.Values!;
        if (allowed.Values.Contains(text, StringComparer.Ordinal))
            return text;

        var message = $"{ConfigText.Describe(path.MemberName, node)} is no {Noun(property)}{NearestName.Suggest(text, allowed.Values)} ({string.Join(", ", allowed.Values)})";
        diagnostics.Add(new(allowed.Severity, node.Position, path.ToString(), message));
        return allowed.Severity == ConfigSeverity.Error ? s_invalid : null;
    }

    // "methods" holds a method; what is no noun, such as "by" and "retry_on", is named as it is.
    private static string Noun(SettingsProperty property)
    {
        var words = property.Name.Replace('_', ' ');
        if (words is "by" || words.EndsWith(" on", StringComparison.Ordinal))
            return $"value of \"{property.Name}\"";
        return property.Type.Kind == SettingsKind.List && words.EndsWith('s') ? words[..^1] : words;
    }

    private object? ConvertList(ConfigNode node, SettingsType type, SettingsProperty property, ConfigPath path)
    {
        // A lone value stands for a list of one, an empty object for an empty list.
        IReadOnlyList<ConfigNode> items = node.Kind == ConfigKind.Array ? node.Items
            : node is { Kind: ConfigKind.Object, Members.Count: 0 } ? []
            : [node];
        var values = new ArrayList(items.Count);
        var good = true;
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Kind == ConfigKind.Null && type.Element!.Kind != SettingsKind.Node)
                continue;
            var value = Convert(items[i], type.Element!, property, path.Item(i));
            if (ReferenceEquals(value, s_invalid))
                good = false;
            else if (value is not null)
                values.Add(value);
        }
        return good ? values.ToArray(type.Type) : s_invalid;
    }

    private object? ConvertMap(ConfigNode node, SettingsType type, SettingsProperty property, ConfigPath path)
    {
        if (node.Kind != ConfigKind.Object && !(node.Kind == ConfigKind.Array && node.Items.Count == 0))
        {
            WrongType(node, path, "an object");
            return s_invalid;
        }
        var map = (IDictionary)Activator.CreateInstance(type.Type)!;
        var good = true;
        foreach (var member in node.Members)
        {
            // Keys of a map are data ("_id" is a field of many databases), but a comment that holds an object is none.
            var isComment = IsMetadata(member.Name) && member.Value.Kind is (ConfigKind.Array or ConfigKind.Object) && type.Element!.Kind < SettingsKind.Node;
            if (isComment || member.Value.Kind == ConfigKind.Null)
                continue;
            var value = Convert(member.Value, type.Element!, property, path.Member(member.Name));
            if (ReferenceEquals(value, s_invalid))
                good = false;
            else if (value is not null)
                map[member.Name] = value;
        }
        return good ? map : s_invalid;
    }

    private static string Expectation(SettingsKind kind) => kind switch
    {
        SettingsKind.String => "a text",
        SettingsKind.Boolean => "true or false",
        SettingsKind.Int32 or SettingsKind.Int64 => "an integer",
        SettingsKind.Double => "a number",
        _ => "a duration such as \"1h30m\", \"1.5s\" or \"500ms\"",
    };
}
