using System.Runtime.Versioning;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

/// <summary>"Flexible Configuration", switched on with <c>FC_ENABLE</c>.</summary>
public sealed class BasicEngineTests : IDisposable
{
    private readonly FlexibleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Spec("CFG-065", "CFG-066")]
    [InlineData("1", true)]
    [InlineData("0", true)]
    [InlineData("false", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Any_value_of_the_variable_makes_the_file_a_template(string? enabled, bool isTemplate)
    {
        _folder.With("krakend.json", """{"version": {{add 2 1}}}""");
        if (enabled is not null)
            _folder.Set("FC_ENABLE", enabled);

        var result = _folder.Load();

        Assert.Equal(isTemplate, result.Config is not null);
        if (!isTemplate)
            Assert.Contains("which takes effect with FC_ENABLE=1", result.Findings(ConfigSeverity.Error), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-064", "CFG-065")]
    public void A_plain_document_is_taken_literally()
    {
        _folder.With("krakend.json", """{"version": 3, "name": "${HOME} $HOME {{ env \"HOME\" }}"}""").Set("HOME", "/root");

        Assert.Equal("${HOME} $HOME {{ env \"HOME\" }}", _folder.Name());
    }

    [Fact, Spec("CFG-067")]
    public void Json_files_directly_in_the_settings_folder_are_variables()
    {
        Enable("""{"version": 3, "name": "{{ .urls.users }}-{{ .other }}-{{ .yaml }}-{{ .deep }}-{{ index . "a.b" "c" }}"}""");
        _folder.With("settings/urls.json", """{"users": "http://u"}""").With("settings/yaml.yaml", "a: 1").With("settings/sub/deep.json", "{}")
            .With("settings/other.JSON", "not json").With("settings/a.b.json", """{"c": 7}""");

        Assert.Equal("http://u-<no value>-<no value>-<no value>-7", _folder.Name());
    }

    [Fact, Spec("CFG-068")]
    public void All_bad_settings_files_are_reported_together()
    {
        Enable("""{"version": 3}""");
        _folder.With("settings/a.json", """{"k": 1,}""").With("settings/b.json", "[1]").With("settings/good.json", "{}").Set("FC_TEMPLATES", "missing");

        Assert.Equal(
            $"loading flexible-config settings:\n- settings/a.json:1:9: trailing comma before \"}}\"\n- settings/b.json:1:1: a settings file holds an object, not a list\n- missing: no such file or directory ({_folder.At("missing")})",
            _folder.Errors());
    }

    [Fact, Spec("CFG-068")]
    public void A_missing_settings_folder_is_reported_under_its_path()
    {
        Enable("""{"version": 3}""");
        _folder.Set("FC_SETTINGS", "nowhere");

        Assert.Equal($"loading flexible-config settings:\n- nowhere: no such file or directory ({_folder.At("nowhere")})", _folder.Errors());
    }

    [Fact, Spec("CFG-077")]
    public void A_variable_that_no_settings_file_has_is_named_as_the_reason()
    {
        Enable("{\"version\": 3,\n\"port\": {{ .service.prot }}}");

        Assert.Equal(
            "krakend.json:2:12: expected a value, not \"<\" (line 2, column 9 of the rendered text); the template printed <no value>: the variable is in no settings file, or has another name there",
            _folder.Errors());
    }

    [Fact, Spec("CFG-069")]
    public void Settings_are_data()
    {
        Enable("""{"version": 3, "name": {{ marshal .a.text }}}""");
        _folder.With("settings/a.json", """{"text": "{{ add 1 2 }}"}""");

        Assert.Equal("{{ add 1 2 }}", _folder.Name());

        _folder.With("settings/a.json", """{"text": {{ add 1 2 }}}""");
        Assert.Contains("- settings/a.json:1:", _folder.Errors(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-070", "CFG-072")]
    public void Templates_are_called_by_file_name_and_see_what_is_passed()
    {
        Enable("""{"version": 3, "name": "{{ template "whole.tmpl" . }} {{ template "part.tmpl" .urls }} {{ template "part.tmpl" "text" }} {{ template "none.tmpl" }} {{ template "defined" 7 }}"}""");
        _folder.With("settings/urls.json", """{"u": "x"}""")
            .With("templates/whole.tmpl", "{{ .urls.u }}")
            .With("templates/part.tmpl", "{{ . }}{{ define \"defined\" }}d{{ . }}{{ end }}")
            .With("templates/none.tmpl", "[{{ . }}]")
            .With("templates/sub/deep.tmpl", "{{ bad syntax")
            .With("templates/other.txt", "{{ bad syntax");

        Assert.Equal("x map[u:x] text [<no value>] d7", _folder.Name());
    }

    [Fact, Spec("CFG-070")]
    public void Templates_of_other_endings_or_folders_are_not_loaded()
    {
        Enable("""{"version": 3, "name": "{{ template "a.txt" }}"}""");
        _folder.With("templates/a.txt", "x");

        Assert.Contains("a.txt", _folder.Errors(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-071")]
    public void A_template_with_the_name_of_the_base_takes_its_place_with_a_warning()
    {
        Enable("""{"version": 3, "name": "base"}""", "krakend.tmpl");
        _folder.With("templates/krakend.tmpl", """{"version": 3, "name": "other"}""");

        var result = _folder.Load("krakend.tmpl");

        Assert.Equal("other", result.Config!.Name);
        Assert.Equal("templates/krakend.tmpl: has the name of the base template krakend.tmpl and takes its place; rename it", result.Findings(ConfigSeverity.Warning));
    }

    [Fact, Spec("CFG-071")]
    public void The_base_template_may_lie_among_the_templates()
    {
        Enable("");
        _folder.With("templates/krakend.tmpl", """{"version": 3, "name": "{{ template "a.tmpl" }}"}""").With("templates/a.tmpl", "a");

        var result = _folder.Load("templates/krakend.tmpl");

        Assert.Equal("a", result.Config!.Name);
        Assert.Empty(result.Diagnostics.All);
    }

    [Fact, Spec("CFG-071")]
    public void Of_two_definitions_with_one_name_the_later_file_wins()
    {
        Enable("""{"version": 3, "name": "{{ template "d" }}"}""");
        _folder.With("templates/a.tmpl", "{{ define \"d\" }}a{{ end }}").With("templates/b.tmpl", "{{ define \"d\" }}b{{ end }}");

        Assert.Equal("b", _folder.Name());
    }

    [Fact, Spec("CFG-073")]
    public void A_partial_is_inserted_as_it_is()
    {
        Enable("""{"version": 3, "name": "{{ include "dir/file.txt" }}{{ include (printf "%s.%s" "other" .urls.ending) }}"}""");
        _folder.With("settings/urls.json", """{"ending": "lua"}""").With("partials/dir/file.txt", "{{ .urls }} }} ").With("partials/other.lua", "é\\n");

        Assert.Equal("{{ .urls }} }} é\n", _folder.Name());
    }

    [Fact, Spec("CFG-073")]
    public void Without_folder_partials_lie_in_the_working_directory()
    {
        _folder.With("krakend.json", """{"version": 3, "name": "{{ include "p/a" }}"}""").With("p/a", "there").Set("FC_ENABLE", "1");

        Assert.Equal("there", _folder.Name());
    }

    [Fact, Spec("CFG-074", "CFG-142")]
    public void A_missing_partial_fails_the_load()
    {
        Enable("{\n  \"version\": 3,\n  \"name\": \"{{ include \"no.txt\" }}\"\n}");

        var error = _folder.Errors();

        Assert.StartsWith("krakend.json:3:", error, StringComparison.Ordinal);
        Assert.EndsWith($"error calling include: there is no partial \"no.txt\" in partials ({_folder.At("partials")})", error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-075")]
    [InlineData("{{ template \"nope.tmpl\" . }}", "nope.tmpl")]
    [InlineData("{{ nofunction 1 }}", "function \"nofunction\" not defined")]
    [InlineData("{{ $x }}", "undefined variable \"$x\"")]
    [InlineData("{{ if }}{{ end }}", "missing value for if")]
    [InlineData("{{ index .absent \"a\" }}", "index")]
    public void What_is_wrong_with_a_template_is_said_once_with_file_and_line(string action, string reason)
    {
        Enable("""{"version": 3, "name": "{{ template "bad.tmpl" . }}"}""");
        _folder.With("templates/bad.tmpl", "\n\n" + action);

        var result = _folder.Load();

        var error = Assert.Single(result.Diagnostics.All).ToString();
        Assert.StartsWith("templates/bad.tmpl:3:", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain("template: ", error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-076")]
    public void A_key_that_does_not_exist_has_no_value_and_is_false()
    {
        Enable("""{"version": 3, "name": "{{ .a.b.c }}{{ if .a.x }}yes{{ else }}no{{ end }}"}""");
        _folder.With("settings/a.json", "{}");

        Assert.Equal("<no value>no", _folder.Name());
    }

    [Theory, Spec("CFG-077")]
    [InlineData("{\n  \"version\": 3\n  \"name\": \"x\"\n}", "krakend.json:3:3: expected \",\" or \"}\", not \"\"\" (line 3, column 3 of the rendered text)")]
    [InlineData("{\n{{ template \"v.tmpl\" }}}", "templates/v.tmpl:2:1: expected \",\" or \"}\", not \"3\" (line 3, column 1 of the rendered text)")]
    [InlineData("{\n{{ include \"p.txt\" }}\n}", "partials/p.txt:2:14: expected a value, not \"}\" (line 3, column 14 of the rendered text)")]
    [InlineData("{\n{{ include \"p.txt\" | printf \"%s \" }}\n}", "krakend.json:2:4: expected a value, not \"}\" (line 3, column 14 of the rendered text)")]
    [InlineData("", "krakend.json: the document is empty (line 1, column 1 of the rendered text)")]
    public void A_syntax_error_of_the_rendered_text_names_both_places(string template, string error)
    {
        Enable(template);
        _folder.With("templates/v.tmpl", "\"version\": 3\n3").With("partials/p.txt", "\"version\": 3,\n\"endpoints\": }");

        Assert.Equal(error, _folder.Errors());
    }

    [Fact, Spec("CFG-077")]
    public void What_the_binder_finds_points_to_the_template_too()
    {
        Enable("{\n  \"version\": 3,\n  \"timeout\": \"{{ .s.timeout }}\",\n  {{ template \"t.tmpl\" . }}\n}");
        _folder.With("settings/s.json", """{"timeout": "3 parsecs"}""").With("templates/t.tmpl", "\"name\": \"n\",\n  \"port\": \"http\",\n  \"tiemout\": \"1s\"");

        var result = _folder.Load();

        var errors = result.Findings(ConfigSeverity.Error);
        Assert.Contains("krakend.json:3:14 timeout: expected a duration", errors, StringComparison.Ordinal);
        Assert.Contains("templates/t.tmpl:2:11 port: expected an integer", errors, StringComparison.Ordinal);
        Assert.StartsWith("templates/t.tmpl:3:3 tiemout: ", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-078"), UnsupportedOSPlatform("windows")]
    public void The_result_is_kept_before_it_is_parsed()
    {
        Enable("""{"version": {{ add 1 1 }},""").Set("FC_OUT", "result/out.json").With("result/out.json", "old");

        _folder.Errors();

        Assert.Equal("""{"version": 2,""", File.ReadAllText(_folder.At("result/out.json")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.At("result/out.json")));
    }

    [Fact, Spec("CFG-078")]
    public void A_result_that_cannot_be_kept_fails_the_load()
    {
        Enable("""{"version": 3}""").Set("FC_OUT", "no/folder/out.json");

        Assert.StartsWith("no/folder/out.json: cannot write the rendered configuration", _folder.Errors(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-079")]
    public void Without_a_place_for_the_result_nothing_is_written()
    {
        Enable("""{"version": 3}""");
        var before = Everything();

        _folder.Load();

        Assert.Equal(before, Everything());

        string[] Everything() => [.. Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    [Theory, Spec("CFG-081")]
    [InlineData("krakend.yaml", "", "version: {{ add 1 2 }}\nname: n")]
    [InlineData("krakend.yaml.tmpl", "", "version: {{ add 1 2 }}\nname: n")]
    [InlineData("krakend.toml.tmpl", "", "version = {{ add 1 2 }}\nname = \"n\"")]
    [InlineData("krakend.tmpl", "", """{"version": {{ add 1 2 }}, "name": "n"}""")]
    [InlineData("krakend.tmpl", "out.yml", "version: {{ add 1 2 }}\nname: n")]
    [InlineData("krakend.yaml", "out.json", """{"version": {{ add 1 2 }}, "name": "n"}""")]
    [InlineData("krakend.yaml", "out.txt", "version: {{ add 1 2 }}\nname: n")]
    public void The_format_is_that_of_the_result_then_that_of_the_template(string file, string result, string text)
    {
        Enable(text, file).Set("FC_OUT", result);

        Assert.Equal("n", _folder.Name(file));
    }

    [Fact, Spec("CFG-082")]
    public void Another_settings_folder_gives_another_document()
    {
        Enable("""{"version": 3, "name": "{{ .urls.users }}"}""");
        _folder.With("settings/dev/urls.json", """{"users": "http://dev"}""").With("settings/prod/urls.json", """{"users": "http://prod"}""");

        Assert.Equal("http://dev", _folder.Set("FC_SETTINGS", "settings/dev").Name());
        Assert.Equal("http://prod", _folder.Set("FC_SETTINGS", "settings/prod").Name());
    }

    [Fact]
    public void Settings_that_a_template_changes_are_changed_for_the_rest()
    {
        Enable("""{{ $_ := set .a "k" "new" }}{"version": 3, "name": "{{ .a.k }}{{ template "t.tmpl" .a }}"}""");
        _folder.With("settings/a.json", """{"k": "old"}""").With("templates/t.tmpl", " {{ .k }}");

        Assert.Equal("new new", _folder.Name());
    }

    [Fact]
    public void Large_numbers_of_settings_keep_their_digits()
    {
        Enable("""{"version": 3, "name": {{ printf "%v %v" .a.n .a.f | marshal }}}""");
        _folder.With("settings/a.json", """{"n": 12345678901234567890, "f": 1000000}""");

        Assert.Equal("12345678901234567890 1000000", _folder.Name());
    }

    [Fact, Spec("CFG-060")]
    public void Variables_of_the_gateway_take_effect_after_the_rendering()
    {
        Enable("""{"version": 3, "port": {{ .a.port }}}""");
        _folder.With("settings/a.json", """{"port": 8000}""").Set("KRAKEND_PORT", "9000");

        Assert.Equal(9000, _folder.Load().Config!.Port);
    }

    [Fact]
    public void A_load_names_its_sources_also_when_it_fails()
    {
        Enable("""{"version": 3, "name": "{{ include "a.txt" }}{{ template "t.tmpl" }}"}""");
        _folder.With("settings/s.json", "{}").With("templates/t.tmpl", "t").With("partials/a.txt", "a");
        string[] expected = ["flexible_config.json", "krakend.json", "partials/a.txt", "settings", "settings/s.json", "templates", "templates/t.tmpl"];

        Assert.Equal(expected.Select(_folder.At), _folder.Load().Sources);

        _folder.With("templates/t.tmpl", "{{ bad");
        Assert.Equal(expected.Where(static p => p != "partials/a.txt").Select(_folder.At), _folder.Load().Sources);
        File.Delete(_folder.At("krakend.json"));
        Assert.Contains(_folder.At("krakend.json"), _folder.Load().Sources);
    }

    [Fact]
    public void Confined_files_stay_inside()
    {
        Enable("""{"version": 3, "name": "{{ include .a.p }}"}""");
        _folder.With("settings/a.json", """{"p": "in.txt"}""").With("partials/in.txt", "in").With("outside.txt", "out");
        _folder.Confine.Add(".");
        Assert.Equal("in", _folder.Name());

        _folder.With("settings/a.json", """{"p": "../outside.txt"}""");
        Assert.Contains("partials/../outside.txt: lies outside of partials", _folder.Errors(), StringComparison.Ordinal);

        _folder.Confine.Clear();
        Assert.Equal("out", _folder.Name());

        _folder.Confine.Add("templates");
        Assert.Contains("- settings: lies outside of templates, where --confine wants it", _folder.Errors(), StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-142")]
    [InlineData("missing.tmpl", "no such file or directory (")]
    [InlineData("settings", "is a directory (")]
    public void A_base_template_that_cannot_be_read_is_named_in_full(string file, string reason)
    {
        Enable("");

        Assert.Equal($"{file}: cannot read the configuration: {reason}{_folder.At(file)})", _folder.Errors(file));
    }

    private FlexibleFolder Enable(string template, string file = "krakend.json")
    {
        foreach (var folder in new[] { "settings", "templates", "partials" })
        {
            Directory.CreateDirectory(_folder.At(folder));
            _folder.Set("FC_" + folder.ToUpperInvariant(), folder);
        }
        return _folder.With(file, template).Set("FC_ENABLE", "1");
    }
}
