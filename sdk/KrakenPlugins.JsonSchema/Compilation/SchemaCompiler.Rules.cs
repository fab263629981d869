using System.Text.Json;
using KrakenPlugins.JsonSchema.Evaluation;
using KrakenPlugins.JsonSchema.Formats;
using KrakenPlugins.JsonSchema.Values;

namespace KrakenPlugins.JsonSchema.Compilation;

internal sealed partial class SchemaCompiler
{
    private static void AddValueRules(Keywords keywords, SchemaNode node)
    {
        if (keywords.Value("type") is { } type)
            node.Types = Types(keywords, type);
        if (keywords.Value("enum") is { } values)
            node.Enum = values.ValueKind == JsonValueKind.Array ? new ValueSet(values.EnumerateArray()) : throw keywords.Error("enum", "must be a list of values");
        if (keywords.Draft >= JsonSchemaDraft.Draft6 && keywords.Value("const") is { } value)
            node.Const = new ValueSet([value]);
    }

    private static TypeSet Types(Keywords keywords, JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.String)
            return TypeNames.Parse(type.GetString()!) ?? throw UnknownType(keywords, type);
        if (type.ValueKind != JsonValueKind.Array || type.GetArrayLength() == 0)
            throw keywords.Error("type", "must be a type name or a list of type names");
        var types = TypeSet.None;
        foreach (var item in type.EnumerateArray())
            types |= (item.ValueKind == JsonValueKind.String ? TypeNames.Parse(item.GetString()!) : null) ?? throw UnknownType(keywords, item);
        return types;
    }

    private static JsonSchemaException UnknownType(Keywords keywords, JsonElement type) =>
        keywords.Place.Child("type")!.Error($"{type.GetRawText()} is no type; there are {TypeNames.All}");

    private static void AddStringRules(Keywords keywords, SchemaNode node)
    {
        var (minimum, maximum, pattern) = (keywords.Size("minLength"), keywords.Size("maxLength"), keywords.Text("pattern"));
        if (minimum is null && maximum is null && pattern is null)
            return;
        node.String = new StringRules { MinLength = minimum ?? 0, MaxLength = maximum ?? long.MaxValue };
        if (pattern is not null)
            node.String.Pattern = Pattern(keywords.Place.Child("pattern")!, pattern);
    }

    private static PatternMatcher Pattern(SchemaPlace place, string pattern) =>
        PatternMatcher.TryParse(pattern, out var matcher, out var error)
            ? matcher
            : throw place.Error($"\"{pattern}\" is no regular expression: {error}");

    private void AddFormat(Keywords keywords, SchemaNode node)
    {
        var name = keywords.Text("format");
        var asserts = keywords.Place.Dialect.FormatAssertion || options.Formats == JsonSchemaFormats.Assertion
            || (options.Formats == JsonSchemaFormats.AssertionUpToDraft7 && keywords.Draft <= JsonSchemaDraft.Draft7);
        if (name is not null && asserts && StringFormat.Find(name, keywords.Draft) is { } format)
            (node.String ??= new StringRules()).Format = format;
    }

    private static void AddNumberRules(Keywords keywords, SchemaNode node)
    {
        var rules = new NumberRules
        {
            Minimum = keywords.Number("minimum"),
            Maximum = keywords.Number("maximum"),
            MultipleOf = keywords.Number("multipleOf"),
        };
        if (keywords.Draft == JsonSchemaDraft.Draft4)
        {
            rules.MinimumIsExclusive = keywords.Flag("exclusiveMinimum") ?? false;
            rules.MaximumIsExclusive = keywords.Flag("exclusiveMaximum") ?? false;
        }
        else
        {
            rules.ExclusiveMinimum = keywords.Number("exclusiveMinimum");
            rules.ExclusiveMaximum = keywords.Number("exclusiveMaximum");
        }
        if (rules.MultipleOf is { IsPositive: false })
            throw keywords.Error("multipleOf", "must be more than 0");
        if (rules.Minimum is not null || rules.Maximum is not null || rules.MultipleOf is not null
            || rules.ExclusiveMinimum is not null || rules.ExclusiveMaximum is not null)
            node.Number = rules;
    }

    private void AddArrayRules(Keywords keywords, SchemaNode node)
    {
        var rules = new ArrayRules();
        var used = false;
        if (keywords.Place.Dialect.Validation)
        {
            used = keywords.Has("minItems") || keywords.Has("maxItems") || keywords.Has("uniqueItems");
            rules.MinItems = keywords.Size("minItems") ?? 0;
            rules.MaxItems = keywords.Size("maxItems") ?? long.MaxValue;
            rules.UniqueItems = keywords.Flag("uniqueItems") ?? false;
        }
        if (keywords.Place.Dialect.Applicator)
        {
            AddItems(keywords, rules);
            AddContains(keywords, rules);
        }
        if (used || rules.HasChildren)
            node.Array = rules;
    }

    private void AddItems(Keywords keywords, ArrayRules rules)
    {
        if (keywords.Draft == JsonSchemaDraft.Draft202012)
        {
            rules.Prefix = Schemas(keywords, "prefixItems") ?? [];
            rules.Items = Schema(keywords, "items");
            return;
        }
        if (keywords.Value("items") is not { } items)
            return;
        if (items.ValueKind != JsonValueKind.Array)
        {
            rules.Items = Schema(keywords, "items");
            return;
        }
        rules.Prefix = [.. keywords.Place.Child("items")!.Children().Select(c => NodeAt(c.Place))];
        rules.Items = Schema(keywords, "additionalItems");
        (rules.PrefixKeyword, rules.ItemsKeyword) = ("items", "additionalItems");
    }

    private void AddContains(Keywords keywords, ArrayRules rules)
    {
        if (keywords.Draft < JsonSchemaDraft.Draft6)
            return;
        rules.Contains = Schema(keywords, "contains");
        rules.ContainsEvaluates = keywords.Draft == JsonSchemaDraft.Draft202012;
        if (keywords.Draft < JsonSchemaDraft.Draft201909 || !keywords.Place.Dialect.Validation)
            return;
        rules.MinContains = keywords.Size("minContains") ?? 1;
        rules.MaxContains = keywords.Size("maxContains") ?? long.MaxValue;
    }

    private void AddObjectRules(Keywords keywords, SchemaNode node, List<Applicator> applicators)
    {
        var rules = new ObjectRules();
        var used = false;
        if (keywords.Place.Dialect.Applicator)
        {
            foreach (var (name, place) in keywords.Members("properties"))
                rules.Properties[rules.SlotOf(name)] = NodeAt(place);
            foreach (var (pattern, place) in keywords.Members("patternProperties"))
                rules.Patterns.Add((Pattern(place, pattern), NodeAt(place)));
            rules.Additional = Schema(keywords, "additionalProperties");
            if (keywords.Draft >= JsonSchemaDraft.Draft6)
                rules.PropertyNames = Schema(keywords, "propertyNames");
            if (keywords.Draft >= JsonSchemaDraft.Draft201909)
            {
                foreach (var (name, place) in keywords.Members("dependentSchemas"))
                    AddDependentSchema(rules, applicators, "dependentSchemas", name, place);
            }
            AddDependencies(keywords, rules, applicators);
        }
        if (keywords.Place.Dialect.Validation)
        {
            used = keywords.Has("minProperties") || keywords.Has("maxProperties");
            rules.MinProperties = keywords.Size("minProperties") ?? 0;
            rules.MaxProperties = keywords.Size("maxProperties") ?? long.MaxValue;
            AddRequired(keywords, rules);
        }
        if (used || rules.HasChildren)
            node.Object = rules;
    }

    private static void AddRequired(Keywords keywords, ObjectRules rules)
    {
        if (keywords.Has("required"))
            rules.Required.AddRange(Keywords.Names(keywords.Place.Child("required")!).Distinct().Select(rules.SlotOf));
        if (keywords.Draft < JsonSchemaDraft.Draft201909)
            return;
        foreach (var (name, place) in keywords.Members("dependentRequired"))
            rules.Dependent.Add((rules.SlotOf(name), [.. Keywords.Names(place).Select(rules.SlotOf)], "dependentRequired"));
    }

    // Of drafts 4 to 7; the later ones keep it for schemas that have not moved on.
    private void AddDependencies(Keywords keywords, ObjectRules rules, List<Applicator> applicators)
    {
        foreach (var (name, place) in keywords.Members("dependencies"))
        {
            if (place.Element.ValueKind == JsonValueKind.Array)
                rules.Dependent.Add((rules.SlotOf(name), [.. Keywords.Names(place).Select(rules.SlotOf)], "dependencies"));
            else
                AddDependentSchema(rules, applicators, "dependencies", name, place);
        }
    }

    private void AddDependentSchema(ObjectRules rules, List<Applicator> applicators, string keyword, string name, SchemaPlace place) =>
        applicators.Add(new Applicator(ApplicatorKind.Dependent, keyword, NodeAt(place)) { Trigger = rules.SlotOf(name) });
}
