using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

/// <summary>"Extended Flexible Configuration", switched on by its behaviour file.</summary>
public sealed class ExtendedEngineTests : IDisposable
{
    private readonly FlexibleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-114")]
    public void The_default_behaviour_file_switches_the_engine_on()
    {
        Behave("{}").With("krakend.json", """{"version": {{ add 1 2 }}, "name": "n"}""");

        Assert.Equal("n", _folder.Name());
    }

    [Fact, Spec("CFG-114")]
    public void A_variable_names_another_behaviour_file()
    {
        Behave("""{"settings": {"paths": ["dev"]}}""").With("prod.json", """{"settings": {"paths": ["prod"]}}""")
            .With("dev/s.json", """{"n": "dev"}""").With("prod/s.json", """{"n": "prod"}""").With("krakend.json", """{"version": 3, "name": "{{ .s.n }}"}""");

        Assert.Equal("dev", _folder.Name());
        Assert.Equal("prod", _folder.Set("FC_CONFIG", "prod.json").Name());
        Assert.Equal($"none.json: cannot read the behaviour file of Flexible Configuration: no such file or directory ({_folder.At("none.json")})", _folder.Set("FC_CONFIG", "none.json").Errors());
    }

    [Fact, Spec("CFG-114")]
    public void It_rules_over_the_variables_of_the_basic_engine_with_a_warning()
    {
        Behave("{}").With("krakend.json", """{"version": 3, "name": "{{ add 1 2 }}"}""").Set("FC_ENABLE", "1").Set("FC_SETTINGS", "nowhere").Set("FC_OUT", "");

        var result = _folder.Load();

        Assert.Equal("3", result.Config!.Name);
        Assert.Equal("flexible_config.json: this file rules Flexible Configuration; the environment variables FC_ENABLE, FC_SETTINGS are ignored", result.Findings(ConfigSeverity.Warning));
    }

    [Fact, Spec("CFG-115")]
    public void Unknown_keys_are_warnings_and_metadata_is_ignored()
    {
        Behave("""{"$schema": "x", "@note": 1, "_a": 2, "#b": 3, "setings": {}, "templates": {"undefined": 1}}""").With("krakend.json", """{"version": 3}""");

        var warnings = _folder.Load().Findings(ConfigSeverity.Warning).Split('\n');

        Assert.Equal(2, warnings.Length);
        Assert.Contains("did you mean \"settings\"?", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("flexible_config.json:1:", warnings[1], StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-115")]
    [InlineData("settings: {}", "flexible_config.json:1:1: ")]
    [InlineData("[1]", "expected an object")]
    [InlineData("""{"templates": {"undefined_vars": "eror"}}""", "did you mean \"error\"?")]
    [InlineData("""{"settings": {"allow_overwrite": "maybe"}}""", "expected true or false")]
    public void A_bad_behaviour_file_fails_the_load(string behaviour, string reason)
    {
        Behave(behaviour).With("krakend.json", """{"version": 3}""");

        Assert.Contains(reason, _folder.Errors(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-115", "CFG-130", "CFG-136")]
    public void The_result_alone_resolves_references_and_writes_what_came_of_it()
    {
        Behave("""{"out": "result.json"}""").With("service/extra.json", """{"router": {"hide_version_header": true}}""")
            .With("krakend.json", """{"version": 3, "extra_config": {"$ref": "./service/extra.json"}}""");

        Assert.True(_folder.Load().Config!.Router.HideVersionHeader);
        Assert.Equal("{\n  \"version\": 3,\n  \"extra_config\": {\n    \"router\": {\n      \"hide_version_header\": true\n    }\n  }\n}\n", File.ReadAllText(_folder.At("result.json")));
        _folder.With("plain.json", File.ReadAllText(_folder.At("result.json")));
        File.Delete(_folder.At("flexible_config.json"));
        Assert.True(_folder.Load("plain.json").Config!.Router.HideVersionHeader);
    }

    [Fact, Spec("CFG-116")]
    public void What_the_basic_engine_renders_is_rendered_the_same()
    {
        const string Template = """{"version": 3, "name": "{{ .urls.users }} {{ include "p.txt" }} {{ template "t.tmpl" .urls }} {{ upper "x" }}", "host": {{ marshal .urls.hosts }}}""";
        _folder.With("krakend.json", Template).With("settings/urls.json", """{"users": "u", "hosts": ["http://a"]}""").With("partials/p.txt", "p").With("templates/t.tmpl", "t{{ .users }}");
        foreach (var name in new[] { "settings", "partials", "templates" })
            _folder.Set("FC_" + name.ToUpperInvariant(), name);
        var basic = Text(_folder.Set("FC_ENABLE", "1").Document());

        _folder.Environment.Clear();
        Behave("""{"settings": {"paths": ["settings"]}, "partials": {"paths": ["partials"]}, "templates": {"paths": ["templates"]}}""");

        Assert.Equal(basic, Text(_folder.Document()));
        Assert.Contains("\"u p tu X\"", basic, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-117", "CFG-118")]
    public void Settings_of_all_formats_lie_in_the_tree_where_their_folders_lie()
    {
        Behave("""{"settings": {"paths": ["common", "production"]}}""")
            .With("common/a/b/c/file.yaml", "k: deep").With("common/x.json", """{"j": 1}""").With("common/x.yaml", "y: 2").With("production/list.json", "[5, 6]")
            .With("production/t.toml", "k = \"t\"").With("production/e.env", "KEY=env").With("production/i.ini", "[s]\nk = ini\n").With("production/p.properties", "k=props\n")
            .With("krakend.json", """{"version": 3, "name": "{{ .a.b.c.file.k }} {{ .x.j }} {{ .x.y }} {{ index .list 1 }} {{ .t.k }} {{ .e.KEY }} {{ .i.s.k }} {{ .p.k }}"}""");

        Assert.Equal("deep 1 2 6 t env ini props", _folder.Name());
    }

    [Fact, Spec("CFG-119")]
    public void A_listed_file_is_the_root_whatever_its_ending()
    {
        Behave("""{"settings": {"paths": ["dir", "root.vars.json", "more"], "allowed_suffixes": [".yaml"]}}""")
            .With("dir/a.yaml", "k: 1").With("dir/b.json", "not json").With("root.vars.json", """{"name": "n", "port": 1}""").With("more", """{"third": 3}""")
            .With("krakend.json", """{"version": 3, "name": "{{ .name }} {{ .port }} {{ .a.k }} {{ .third }}"}""");

        Assert.Equal("n 1 1 3", _folder.Name());
    }

    [Fact, Spec("CFG-120")]
    public void Production_overrides_common_by_attribute_only_where_that_is_allowed()
    {
        _folder.With("common/connection.yaml", "host: localhost\nport: 1234").With("production/connection.yaml", "host: myserver.com")
            .With("krakend.json", """{"version": 3, "name": "{{ .connection.host }}:{{ .connection.port }}"}""");

        Behave("""{"settings": {"paths": ["common", "production"], "allow_overwrite": true}}""");
        Assert.Equal("myserver.com:1234", _folder.Name());

        Behave("""{"settings": {"paths": ["common", "production"]}}""");
        Assert.Equal(
            "loading flexible-config settings:\n- production/connection.yaml:1:1: connection.host has a value already, from common/connection.yaml:1:1; \"allow_overwrite\" in settings lets the later one win",
            _folder.Errors());
    }

    [Theory, Spec("CFG-121")]
    [InlineData("", "{{ .foo.k }} {{ .foo.common.c }}")]
    [InlineData("dir_", "{{ .foo.k }} {{ .dir_foo.common.c }}")]
    public void A_folder_and_a_file_of_one_name_are_one_map_unless_folders_have_a_prefix(string prefix, string expression)
    {
        Behave($$$"""{"settings": {"paths": ["s"], "dir_field_prefix": "{{{prefix}}}"}}""").With("s/foo.json", """{"k": 1}""").With("s/foo/common.json", """{"c": 2}""")
            .With("krakend.json", $$"""{"version": 3, "name": "{{expression}}"}""");

        Assert.Equal("1 2", _folder.Name());
    }

    [Fact, Spec("CFG-122")]
    public void Endings_select_files_and_are_not_part_of_the_key()
    {
        Behave("""{"settings": {"paths": ["s"], "allowed_suffixes": [".yaml", ".prod.json"]}, "templates": {"undefined_vars": "invalid"}}""")
            .With("s/a.yaml", "k: 1").With("s/b.prod.json", """{"k": 2}""").With("s/c.json", "not json").With("krakend.json", """{"version": 3, "name": "{{ .a.k }} {{ .b.k }} {{ .c }}"}""");

        Assert.Equal("1 2 <no value>", _folder.Name());
    }

    [Fact, Spec("CFG-123", "CFG-138")]
    public void Every_bad_settings_file_and_missing_path_is_listed()
    {
        Behave("""{"settings": {"paths": ["s", "absent"]}, "partials": {"paths": ["gone"]}}""").With("s/a.json", "{{ add 1 2 }}").With("s/b.yaml", "a: [1").With("krakend.json", """{"version": 3}""");

        var lines = _folder.Errors().Split('\n');

        Assert.Equal("loading flexible-config settings:", lines[0]);
        Assert.StartsWith("- s/a.json:1:2: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("- s/b.yaml:", lines[2], StringComparison.Ordinal);
        Assert.Equal([$"- absent: no such file or directory ({_folder.At("absent")})", $"- gone: no such directory ({_folder.At("gone")})"], lines[3..]);
    }

    [Theory, Spec("CFG-124")]
    [InlineData("strict", "with-dash_1", true)]
    [InlineData("strict", "a.b", false)]
    [InlineData("strict", "a b", false)]
    [InlineData("freeform", "a.b", true)]
    [InlineData("", "a b", true)]
    public void Strict_names_are_letters_digits_and_two_signs(string rule, string key, bool isAllowed)
    {
        Behave($$$"""{"keys_naming_rules": "{{{rule}}}", "settings": {"paths": ["s"]}}""").With("s/f.json", "{\n  \"@\": 1\n}".Replace("@", key, StringComparison.Ordinal))
            .With("krakend.json", """{"version": 3, "name": "{{ index .f "@" }}"}""".Replace("@", key, StringComparison.Ordinal));

        if (isAllowed)
            Assert.Equal("1", _folder.Name());
        else
            Assert.Contains($"\n- s/f.json:2:3: \"{key}\" in f: \"keys_naming_rules\" is strict", _folder.Errors(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-125")]
    public void Partials_are_searched_in_order_and_below()
    {
        Behave("""{"partials": {"paths": ["p1", "p2"]}}""").With("p1/sub/deep.txt", "deep1").With("p2/deep.txt", "deep2").With("p2/only.txt", "{{ only }}").With("p1/x/y/z.txt", "z")
            .With("krakend.json", """{"version": 3, "name": "{{ include "deep.txt" }} {{ include "only.txt" }} {{ include "y/z.txt" }}"}""");

        Assert.Equal("deep1 {{ only }} z", _folder.Name());

        _folder.With("krakend.json", """{"version": 3, "name": "{{ include "none.txt" }}"}""");
        Assert.EndsWith($"there is no partial \"none.txt\" in p1 ({_folder.At("p1")}), p2 ({_folder.At("p2")})", _folder.Errors(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-126")]
    public void Every_file_below_the_paths_is_a_template_by_its_name()
    {
        Behave("""{"templates": {"paths": ["t", "some_file.tmpl"]}}""").With("t/dir1/dir2/a.json", "a").With("t/b.xml", "b").With("some_file.tmpl", "s")
            .With("krakend.json", """{"version": 3, "name": "{{ template "a.json" }}{{ template "b.xml" }}{{ template "some_file.tmpl" }}"}""");

        Assert.Equal("abs", _folder.Name());
    }

    [Fact, Spec("CFG-127")]
    public void Templates_with_one_name_get_their_folders_in_front()
    {
        Behave("""{"templates": {"paths": ["t"]}}""").With("t/f.tmpl", "0").With("t/dir2/f.tmpl", "1").With("t/up/dir2/f.tmpl", "2")
            .With("krakend.json", """{"version": 3, "name": "{{ template "f.tmpl" }}{{ template "dir2_f.tmpl" }}{{ template "up_dir2_f.tmpl" }}"}""");

        var result = _folder.Load();

        Assert.Equal("012", result.Config!.Name);
        Assert.Equal(
            "t/dir2/f.tmpl: has the name of t/f.tmpl; it is called \"dir2_f.tmpl\" instead\nt/up/dir2/f.tmpl: has the name of t/f.tmpl; it is called \"up_dir2_f.tmpl\" instead",
            result.Findings(ConfigSeverity.Warning));
    }

    [Fact]
    public void A_file_that_is_no_template_is_a_warning_until_it_is_called()
    {
        Behave("""{"templates": {"paths": ["t"]}}""").With("t/README.md", "write {{ like this").With("krakend.json", """{"version": 3, "name": "{{ .meta.templates.failed }}"}""");

        var result = _folder.Load();

        Assert.Equal("[t/README.md]", result.Config!.Name);
        Assert.StartsWith("t/README.md:1:", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
        _folder.With("krakend.json", """{"version": 3, "name": "{{ template "README.md" }}"}""");
        Assert.Contains("README.md", _folder.Errors(), StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-128")]
    [InlineData("", "{{ .s.absent }}", null)]
    [InlineData("error", "{{ .s.absent }}", null)]
    [InlineData("error", "{{ if .s.absent }}a{{ end }}", null)]
    [InlineData("error", "{{ if hasKey .s \"absent\" }}a{{ end }}b", "b")]
    [InlineData("zero", "{{ .s.absent }}b", "b")]
    [InlineData("invalid", "{{ .s.absent }}", "<no value>")]
    public void A_missing_variable_is_what_the_behaviour_says(string rule, string expression, string? expected)
    {
        Behave($$$"""{"settings": {"paths": ["s.json"]}, "templates": {"paths": ["t"], "undefined_vars": "{{{rule}}}"}}""").With("s.json", """{"s": {}}""")
            .With("t/t.tmpl", "\n" + expression).With("krakend.json", """{"version": 3, "name": {{ template "u.tmpl" . }}}""")
            .With("t/u.tmpl", "{{ template \"q.tmpl\" . }}").With("t/q.tmpl", "\"" + expression + "\"");

        if (expected is not null)
        {
            Assert.Equal(expected, _folder.Name());
            return;
        }
        var error = _folder.Errors();
        Assert.StartsWith("t/q.tmpl:1:", error, StringComparison.Ordinal);
        Assert.Contains("absent", error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-129")]
    public void Metadata_says_how_the_engine_behaves_and_what_it_read()
    {
        Behave("""{"settings": {"paths": ["s"]}, "templates": {"paths": ["t"]}, "partials": {"paths": ["p"]}, "meta_key": "about"}""").With("s/a.json", "{}").With("s/b/c.yaml", "k: 1").With("t/t.tmpl", "").With("p/p.txt", "")
            .With("krakend.json", """{"version": 3, "name": {{ toRawJson .about.settings | quote }}, "@": [{{ toRawJson .about.templates | quote }}, {{ toRawJson .about.flexible_config.settings | quote }}, "{{ .about.flexible_config.meta_key }}"]}""");

        var document = _folder.Document();

        Assert.Equal("""{"files":["s/a.json","s/b/c.yaml"]}""", document["name"]!.Text);
        Assert.Equal(
            [
                """{"failed":[],"files":{"t.tmpl":"t/t.tmpl"}}""",
                """{"allow_overwrite":false,"allowed_suffixes":[".yaml",".yml",".json",".toml",".tml",".ini",".dotenv",".env",".properties",".prop",".props"],"dir_field_prefix":"","paths":["s"]}""",
                "about",
            ],
            document["@"]!.Items.Select(static i => i.Text));
    }

    [Fact, Spec("CFG-130", "CFG-131", "CFG-133", "CFG-134")]
    public void References_are_rendered_of_any_format_and_may_be_named_by_a_template()
    {
        Behave("""{"settings": {"paths": ["settings"]}}""").With("settings/company.yaml", "name: acme\nhost: http://acme")
            .With("acme/extra.yaml.tmpl", "router:\n  hide_version_header: {{ eq .company.name \"acme\" }}\n").With("parts/endpoint.json", """{"endpoint": "/a", "backend": [{"$ref": "backend.toml"}]}""")
            .With("parts/backend.toml", "host = [\"{{ .company.host }}\"]\nurl_pattern = \"{{ env \"PATTERN\" }}\"").Set("PATTERN", "/x")
            .With("krakend.json", """{"version": 3, "extra_config": {"$ref": "{{ .company.name }}/extra.yaml.tmpl"}, "endpoints": [{"$ref": "parts/endpoint.json"}]}""");

        var config = _folder.Load().Config!;

        Assert.True(config.Router.HideVersionHeader);
        Assert.Equal("/x", config.Endpoints[0].Backends[0].UrlPattern.Text);
    }

    [Fact, Spec("CFG-077", "CFG-133")]
    public void Errors_in_referenced_files_point_into_them()
    {
        Behave("{}").With("a.json", "{\n  \"endpoint\": \"/a\",\n  \"timeout\": \"3 parsecs\",\n  \"backend\": [{\"host\": [\"http://h\"], \"url_pattern\": \"/\"}]\n}")
            .With("b.json", "{\n{{ if true }}  \"endpoint\": \"/b\", \"timeout\": 1x{{ end }}\n}").With("c.json", "\n{{ nofunction }}").With("krakend.json", """{"version": 3, "endpoints": [{"$ref": "a.json"}]}""");

        Assert.StartsWith("a.json:3:14 endpoints[0].timeout: ", _folder.Errors(), StringComparison.Ordinal);

        _folder.With("krakend.json", """{"version": 3, "endpoints": [{"$ref": "b.json"}, {"$ref": "c.json"}]}""");
        var errors = _folder.Errors().Split('\n');
        Assert.Equal(2, errors.Length);
        Assert.StartsWith("b.json:2:", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("c.json:2:", errors[1], StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-132")]
    public void References_of_a_base_template_in_a_folder_start_there()
    {
        Behave("{}").With("config/krakend.json", """{"version": 3, "name": {"$ref": "./name.json"}}""").With("config/name.json", "\"beside\"").With("name.json", "\"working directory\"");
        Assert.Equal("beside", _folder.Name("config/krakend.json"));

        File.Delete(_folder.At("config/name.json"));
        Assert.Equal("working directory", _folder.Name("config/krakend.json"));
    }

    [Fact, Spec("CFG-135")]
    public void Another_reference_key_leaves_the_default_one_as_data()
    {
        Behave("""{"ref_key": "$replace"}""").With("name.json", "\"n\"").With("krakend.json", """{"version": 3, "name": {"$replace": "name.json"}, "extra_config": {"x": {"$ref": "missing.json"}}}""");

        var document = _folder.Document();

        Assert.Equal("n", document["name"]!.Text);
        Assert.Equal("missing.json", document["extra_config"]!["x"]!["$ref"]!.Text);
    }

    [Theory, Spec("CFG-136")]
    [InlineData("""{"version": 3,   "name": "{{ add 1 1 }}"}""", """{"version": 3,   "name": "2"}""")]
    [InlineData("""{"version": 3,,}""", """{"version": 3,,}""")]
    public void Without_references_the_result_is_kept_as_it_was_rendered(string template, string expected)
    {
        Behave("""{"out": "out/result.json"}""").With("krakend.json", template).With("out/result.json", "");

        _folder.Load();

        Assert.Equal(expected, File.ReadAllText(_folder.At("out/result.json")));
    }

    [Fact, Spec("CFG-136")]
    public void A_document_of_another_format_is_kept_as_json()
    {
        Behave("""{"out": "result.json"}""").With("krakend.yaml", "version: 3\nport: 0x1F90\nname: é");

        _folder.Load("krakend.yaml");

        Assert.Contains("\"name\": \"é\"", File.ReadAllText(_folder.At("result.json")), StringComparison.Ordinal);
        Assert.Equal(3, JsonConfigReader.Read("r", File.ReadAllText(_folder.At("result.json")), new ConfigDiagnostics())!.Members.Count);
    }

    [Fact, Spec("CFG-136")]
    public void A_result_that_cannot_be_kept_fails_the_load()
    {
        Behave("""{"out": "no/result.json"}""").With("krakend.json", """{"version": 3}""");

        Assert.StartsWith("no/result.json: cannot write the rendered configuration, which \"out\" asks for: no such directory", _folder.Errors(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_result_is_no_source_though_it_lies_among_them()
    {
        Behave("""{"out": "all/result.json", "templates": {"paths": ["all"]}, "settings": {"paths": ["all"]}}""").With("all/result.json", "{{ bad").With("krakend.json", """{"version": 3}""");

        var result = _folder.Load();

        Assert.Empty(result.Diagnostics.All);
        Assert.DoesNotContain(_folder.At("all/result.json"), result.Sources);
    }

    [Theory, Spec("CFG-137")]
    [InlineData("""{"debug": true, "settings": {"paths": ["s"]}, "templates": {"paths": ["t"]}}""", "")]
    [InlineData("""{"settings": {"paths": ["s"]}, "templates": {"paths": ["t"]}}""", "true")]
    public void Debug_prints_settings_files_and_templates(string behaviour, string variable)
    {
        Behave(behaviour).With("s/a.json", """{"k": "v", "password": "hunter2", "url": "http://u:p@h"}""").With("t/x/t.tmpl", "").With("krakend.json", """{"version": 3}""").Set("FC_DEBUG", variable);

        Assert.NotNull(_folder.Load().Config);

        Assert.Equal("""
            Flexible Configuration
            settings:
            {
              "a": {
                "k": "v",
                "password": "***",
                "url": "http://***@h"
              }
            }
            settings files:
              s/a.json
            templates:
              t.tmpl: t/x/t.tmpl

            """, _folder.Traced);
    }

    [Fact, Spec("CFG-137")]
    public void Without_debug_nothing_is_printed()
    {
        Behave("{}").With("krakend.json", """{"version": 3}""");

        _folder.Load();

        Assert.Equal("", _folder.Traced);
    }

    [Fact, Spec("CFG-138", "CFG-142")]
    public void Paths_start_at_the_working_directory_and_their_variables_are_not_expanded()
    {
        Behave($$$"""{"settings": {"paths": ["{{{_folder.At("s")}}}", "empty"]}}""").With("s/a.json", "{}").With("config/krakend.json", """{"version": 3, "name": "{{ .a }}"}""");
        Directory.CreateDirectory(_folder.At("empty"));
        Assert.Equal("map[]", _folder.Name("config/krakend.json"));

        Behave("""{"settings": {"paths": ["$PWD/s"]}}""").Set("PWD", _folder.Path);
        Assert.Contains("- $PWD/s: no such file or directory", _folder.Errors("config/krakend.json"), StringComparison.Ordinal);

        Behave("""{"templates": {"paths": ["absent"]}}""");
        Assert.Equal($"absent: cannot read the template: no such file or directory ({_folder.At("absent")})", _folder.Errors("config/krakend.json"));
    }

    [Fact]
    public void A_name_of_the_settings_that_metadata_takes_is_a_warning()
    {
        Behave("""{"settings": {"paths": ["s"]}}""").With("s/meta.json", """{"k": 1}""").With("krakend.json", """{"version": 3, "name": "{{ hasKey .meta "k" }}"}""");

        var result = _folder.Load();

        Assert.Equal("false", result.Config!.Name);
        Assert.Contains("\"meta_key\" renames those", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Fact]
    public void Confined_references_settings_and_templates_stay_inside()
    {
        Behave("{}").With("in/krakend.json", """{"version": 3, "name": {"$ref": "../outside.json"}}""").With("outside.json", "\"out\"");
        _folder.Confine.Add("in");
        Assert.Contains("outside.json: lies outside of in, where --confine wants it", _folder.Errors("in/krakend.json"), StringComparison.Ordinal);

        Behave("""{"templates": {"paths": ["in", "t"]}, "settings": {"paths": ["outside.json"]}}""").With("t/t.tmpl", "");
        Assert.Contains("- outside.json: lies outside of in", _folder.Errors("in/krakend.json"), StringComparison.Ordinal);

        Behave("""{"templates": {"paths": ["t"]}}""");
        Assert.Contains("t: cannot read the template: lies outside of in", _folder.Errors("in/krakend.json"), StringComparison.Ordinal);

        Behave("""{"out": "result.json"}""").With("in/name.json", "\"in\"").With("in/krakend.json", """{"version": 3, "name": {"$ref": "name.json"}}""");
        Assert.Contains("result.json: cannot write the rendered configuration, which \"out\" asks for: lies outside of in", _folder.Errors("in/krakend.json"), StringComparison.Ordinal);

        _folder.Confine.Clear();
        Assert.Equal("in", _folder.Name("in/krakend.json"));
    }

    [Fact]
    public void A_load_names_its_sources()
    {
        Behave("""{"settings": {"paths": ["s"]}, "templates": {"paths": ["t"]}, "partials": {"paths": ["p"]}}""").With("s/a/b.json", "{}").With("t/t.tmpl", "").With("p/x/p.txt", "\"n\"")
            .With("conf/krakend.json", """{"version": 3, "name": {{ include "p.txt" }}, "host": {"$ref": "h.json"}}""").With("h.json", "[]");

        Assert.Equal(
            new[] { "conf/h.json", "conf/krakend.json", "flexible_config.json", "h.json", "p", "p/p.txt", "p/x", "p/x/p.txt", "s", "s/a", "s/a/b.json", "t", "t/t.tmpl" }.Select(_folder.At),
            _folder.Load("conf/krakend.json").Sources);
    }

    private FlexibleFolder Behave(string behaviour) => _folder.With("flexible_config.json", behaviour);

    private static string Text(ConfigNode node) => Encoding.UTF8.GetString(ConfigNodeJson.Write(node));
}
