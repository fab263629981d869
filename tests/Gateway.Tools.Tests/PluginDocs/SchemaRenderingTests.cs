using PluginDocs;
using Xunit;

namespace Gateway.Tools.Tests.PluginDocs;

/// <summary>What a page says about the features of JSON Schema.</summary>
public sealed class SchemaRenderingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_has_type_default_allowed_values_and_description()
    {
        var page = Page("""
            { "required": ["mode"], "properties": {
                "mode": { "type": "string", "enum": ["a", "b|c"], "default": "a", "description": "How | why." },
                "size": { "type": ["integer", "null"], "minimum": 1, "exclusiveMaximum": 10, "default": 5 },
                "name": { "type": "string", "minLength": 1, "pattern": "^`|x$", "description": "*Not* <b> [a](b)\n  but `*code*`." },
                "fixed": { "const": true },
                "kinds": { "enum": ["x", 3, null] },
                "any": true } }
            """);

        Assert.Contains("| `mode` | string | **required** | `\"a\"`, `\"b\\|c\"` | How \\| why. |\n", page, StringComparison.Ordinal);
        Assert.Contains("| `size` | integer or null | `5` | at least 1, less than 10 | |\n", page, StringComparison.Ordinal);
        Assert.Contains("| `name` | string | | at least 1 character; matches `` ^`\\|x$ `` | \\*Not\\* \\<b> \\[a](b) but `*code*`. |\n", page, StringComparison.Ordinal);
        Assert.Contains("| `fixed` | boolean | | `true` | |\n", page, StringComparison.Ordinal);
        Assert.Contains("| `kinds` | string or number or null | | `\"x\"`, `3`, `null` | |\n", page, StringComparison.Ordinal);
        Assert.Contains("| `any` | anything | | | |\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_objects_and_lists_of_objects_have_sections_with_their_path()
    {
        var page = Page("""
            { "properties": {
                "keys": { "type": "array", "minItems": 1, "description": "The keys.", "items": {
                  "type": "object", "description": "A key.", "properties": {
                    "store": { "type": "object", "properties": { "ttl": { "type": "string" } } } } } } } }
            """);

        Assert.Contains("| `keys` | list of [object](#keys) | | at least 1 member | The keys. |\n", page, StringComparison.Ordinal);
        Assert.Contains("### `keys[]`\n\nA key.\n\n", page, StringComparison.Ordinal);
        Assert.Contains("| `store` | [object](#keysstore) |", page, StringComparison.Ordinal);
        Assert.Contains("### `keys[].store`\n", page, StringComparison.Ordinal);
        Assert.Contains("| `ttl` | string |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_that_refers_to_itself_is_linked_and_written_once()
    {
        var page = Page("""
            { "properties": { "rule": { "description": "The first.", "allOf": [{ "$ref": "#/definitions/rule" }] } },
              "definitions": { "rule": { "description": "A rule.", "type": "object", "properties": {
                "name": { "$ref": "#/definitions/name" },
                "all": { "type": "array", "items": { "$ref": "#/definitions/rule" } } } },
                "name": { "type": "string", "maxLength": 8, "default": "x", "description": "Its name." } } }
            """);

        Assert.Contains("| `rule` | [`rule`](#rule) | | | The first. |\n", page, StringComparison.Ordinal);
        Assert.Contains("| `all` | list of [`rule`](#rule) |", page, StringComparison.Ordinal);
        Assert.Contains("| `name` | string | `\"x\"` | at most 8 characters | Its name. |\n", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("### `rule`\n").Length);
    }

    [Fact]
    public void A_list_of_lists_of_itself_ends_in_a_link()
    {
        var page = Page("""{ "properties": { "tree": { "$ref": "#/definitions/tree" } }, "definitions": { "tree": { "type": "array", "items": { "$ref": "#/definitions/tree" } } } }""");

        Assert.Contains("| `tree` | list of [`tree`](#tree) |", page, StringComparison.Ordinal);
        Assert.Contains("### `tree`\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_to_the_root_links_to_the_place()
    {
        var page = Page("""{ "properties": { "else": { "$ref": "#" } } }""");

        Assert.Contains("| `else` | [object](#in-a-backends-extra_config) |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void References_lead_into_other_files_and_to_anchors()
    {
        _folder.Write("plugins/P/common.schema.json", """{ "$defs": { "wait": { "$anchor": "wait", "type": "string", "format": "duration" } } }""");

        var page = Page("""{ "properties": { "timeout": { "$ref": "common.schema.json#/$defs/wait" }, "other": { "$ref": "common.schema.json#wait" } } }""");

        Assert.Contains("| `timeout` | string | | format `duration` | |\n", page, StringComparison.Ordinal);
        Assert.Contains("| `other` | string | | format `duration` | |\n", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "properties": { "a": { "$ref": "#/definitions/no" } } }""", "\"$ref\": \"#/definitions/no\" leads nowhere")]
    [InlineData("""{ "properties": { "a": { "$ref": "no.json" } } }""", "no.json does not exist")]
    [InlineData("""{ "properties": { "a": { "$ref": "#/definitions/a" } }, "definitions": { "a": { "$ref": "#/definitions/b" }, "b": { "$ref": "#/definitions/a" } } }""", "go in a circle")]
    [InlineData("{", "is no JSON")]
    public void What_leads_nowhere_is_an_error_with_its_file(string schema, string text)
    {
        var error = Assert.Throws<DocsException>(() => Page(schema));

        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Alternatives_are_joined_and_their_objects_have_sections()
    {
        var page = Page("""
            { "properties": { "key": { "oneOf": [
                { "type": "string", "enum": ["auto"] },
                { "type": "object", "properties": { "file": { "type": "string" } } },
                { "type": "object", "properties": { "url": { "type": "string" } } } ] } } }
            """);

        Assert.Contains("| `key` | string or [object](#key-2) or [object](#key-3) | | `\"auto\"` | |\n", page, StringComparison.Ordinal);
        Assert.Contains("### `key (2)`\n\n| attribute | type | default | allowed | description |\n| --- | --- | --- | --- | --- |\n| `file` |", page, StringComparison.Ordinal);
        Assert.Contains("### `key (3)`\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_by_pattern_are_rows_and_comments_are_not()
    {
        var page = Page("""
            { "properties": { "a": { "type": "string" } },
              "patternProperties": { "^[@$_#]": true, "^X-": { "type": "number" } },
              "additionalProperties": { "type": "object", "properties": { "b": { "type": "string" } } } }
            """);

        Assert.Contains("| names that match `^X-` | number |", page, StringComparison.Ordinal);
        Assert.Contains("| any other name | [object](#name) |", page, StringComparison.Ordinal);
        Assert.DoesNotContain("match `^[@", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_holds_between_attributes_is_a_sentence()
    {
        var page = Page("""
            { "minProperties": 1, "properties": { "a": { "type": "string" }, "b": { "type": "string" }, "c": { "type": "string" } },
              "oneOf": [{ "required": ["a"] }, { "required": ["b", "c"] }],
              "dependencies": { "b": ["c"] },
              "if": { "properties": { "a": { "const": "x" } }, "required": ["a"] }, "then": { "required": ["c"], "properties": { "c": { "minLength": 2 } } },
              "not": { "required": ["z"] } }
            """);

        Assert.Contains("- At least one attribute.\n", page, StringComparison.Ordinal);
        Assert.Contains("- Of these exactly one is there: `a`; `b` and `c`.\n", page, StringComparison.Ordinal);
        Assert.Contains("- `b` needs `c`.\n", page, StringComparison.Ordinal);
        Assert.Contains("- With `\"a\": \"x\"`: `c` is required; `c`: at least 2 characters.\n", page, StringComparison.Ordinal);
        Assert.Contains("- The schema file has a rule more: `\"not\": {\"required\":[\"z\"]}`.\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_all_of_adds_stands_in_the_same_table()
    {
        var page = Page("""
            { "properties": { "a": { "type": "string" } },
              "allOf": [{ "$ref": "#/definitions/more" }, { "properties": { "c": { "type": "string" } }, "required": ["a"] }],
              "definitions": { "more": { "properties": { "b": { "type": "boolean" } } } } }
            """);

        Assert.Contains("| `a` | string | **required** | | |\n| `b` | boolean | | | |\n| `c` | string | | | |\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_namespace_that_is_no_object_says_its_type()
    {
        var page = Page("""{ "type": "array", "items": { "type": "string", "pattern": "^a" } }""");

        Assert.Contains("Type: list of string; each matches `^a`.\n", page, StringComparison.Ordinal);
    }

    private string Page(string schema)
    {
        _folder.Write("plugins/P/p.schema.json", schema);
        _folder.Write("plugins/P/plugin.json", """
            { "id": "p", "description": "It does.", "namespaces": [{ "name": "acme/p", "scope": "backend", "layer": "client", "schema": "p.schema.json" }] }
            """);
        return Reference.Of(_folder.Path).Pages["acme-p.md"];
    }
}
