using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>Completion scripts, run by the shells that they are for.</summary>
public sealed class CompletionTests
{
    [Theory, Spec("CFG-210", "CFG-316")]
    [InlineData("gateway ch", "check check-plugin")]
    [InlineData("gateway valid", "validate")]
    [InlineData("gateway plugin in", "init install")]
    [InlineData("gateway license valid-", "valid-for valid-until")]
    [InlineData("gateway completion ", "bash fish zsh")]
    [InlineData("gateway help plu", "plugin")]
    [InlineData("gateway help plugin rem", "remove")]
    [InlineData("gateway audit --ig", "--ignore --ignore-file")]
    [InlineData("gateway validate --lint", "--lint --lint-no-network --lint-schema")]
    [InlineData("gateway audit -s C", "CRITICAL")]
    [InlineData("gateway audit --severity M", "MEDIUM")]
    [InlineData("gateway plugin list --format j", "json")]
    [InlineData("gateway check -c kr", "krakend.json")]
    [InlineData("gateway check -dc kr", "krakend.json")]
    [InlineData("gateway check -c krakend.json --deb", "--debug")]
    [InlineData("gateway plugin list --plugins conf", "conf.d")]
    [InlineData("gateway watch -- chec", "check check-plugin")]
    [InlineData("gateway watch -- check -c kr", "krakend.json")]
    [InlineData("gateway __pr", "")]
    public async Task Bash_completes(string line, string expected)
    {
        var words = line.Split(' ');
        var list = string.Join(' ', words.Select(static w => $"'{w}'"));
        var script = $"source <(gateway completion bash); COMP_WORDS=({list}); COMP_CWORD={words.Length - 1}; _gateway; printf '%s\\n' \"${{COMPREPLY[@]}}\"";

        Assert.Equal(expected.Split(' '), await CompleteAsync("bash", script));
    }

    [Fact, Spec("CFG-210", "CFG-316")]
    public async Task Bash_completes_a_value_behind_an_equals_sign_and_names_with_blanks()
    {
        const string Start = "source <(gateway completion bash); ";
        var file = await CompleteAsync("bash", Start + "COMP_WORDS=(gateway check --config = kr); COMP_CWORD=4; _gateway; printf '%s\\n' \"${COMPREPLY[@]}\"");
        var behind = await CompleteAsync("bash", Start + "COMP_WORDS=(gateway audit --severity = LOW --ig); COMP_CWORD=5; _gateway; printf '%s\\n' \"${COMPREPLY[@]}\"");
        var blank = await CompleteAsync("bash", Start + "COMP_WORDS=(gateway check -c a); COMP_CWORD=3; _gateway; printf '%s\\n' \"${COMPREPLY[@]}\"");
        var registered = await CompleteAsync("bash", Start + "complete -p gateway");

        Assert.Equal(["krakend.json"], file);
        Assert.Equal(["--ignore", "--ignore-file"], behind);
        Assert.Equal(["a file.json"], blank);
        Assert.Equal(["complete -F _gateway gateway"], registered);
    }

    // The functions that offer candidates only work inside of the line editor; their arguments are what counts.
    [Theory, Spec("CFG-210", "CFG-316")]
    [InlineData("gateway ch", "check check-plugin")]
    [InlineData("gateway plugin in", "init install")]
    [InlineData("gateway help plugin rem", "remove")]
    [InlineData("gateway audit --ig", "--ignore --ignore-file")]
    [InlineData("gateway audit -s C", "CRITICAL")]
    [InlineData("gateway audit --severity=C", "CRITICAL")]
    [InlineData("gateway check -dc kr", "FILES")]
    [InlineData("gateway plugin list --plugins co", "FOLDERS")]
    [InlineData("gateway plugin check ", "FILES")]
    [InlineData("gateway watch -- chec", "check check-plugin")]
    public async Task Zsh_completes(string line, string expected)
    {
        var words = line.Split(' ');
        var typed = words[^1].Split('=')[^1];
        var list = string.Join(' ', words.Select(static w => $"'{w}'"));
        var script = $$"""
            compdef() { }
            compset() { }
            _describe() { for f in $found; do [[ ${f%%:*} == '{{typed}}'* ]] && print -r -- ${f%%:*}; done }
            compadd() { for f in $found; do [[ $f == '{{typed}}'* ]] && print -r -- $f; done }
            _files() { if [[ $1 == -/ ]]; then print FOLDERS; else print FILES; fi }
            source <(gateway completion zsh)
            words=({{list}}); CURRENT={{words.Length}}
            _gateway
            """;

        Assert.Equal(expected.Split(' '), await CompleteAsync("zsh", script));
    }

    [Fact, Spec("CFG-210", "CFG-316")]
    public async Task Zsh_takes_the_script_into_its_line_editor()
    {
        const string Script = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PS1= ; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; source <(gateway completion zsh); bindkey '^I' complete-word; print REA''DY"
            zpty -r shell out $'*READY*'
            zpty -w -n shell $'gateway sche\t'
            zpty -r -m shell out '*gateway schema*' && print found
            zpty -d shell
            """;

        Assert.Contains("found", await CompleteAsync("zsh", Script));
    }

    [Theory, Spec("CFG-210", "CFG-316")]
    [InlineData("gateway ch", "check check-plugin")]
    [InlineData("gateway plugin in", "init install")]
    [InlineData("gateway help plugin rem", "remove")]
    [InlineData("gateway audit --ig", "--ignore --ignore-file")]
    [InlineData("gateway audit -s C", "CRITICAL")]
    [InlineData("gateway validate --lint", "--lint --lint-no-network --lint-schema")]
    [InlineData("gateway check -c kr", "krakend.json")]
    [InlineData("gateway plugin list --plugins conf", "conf.d/")]
    [InlineData("gateway watch -- chec", "check check-plugin")]
    public async Task Fish_completes(string line, string expected)
    {
        var found = await CompleteAsync("fish", $"gateway completion fish | source; complete -C '{line}'");

        Assert.Equal(expected.Split(' '), found.Select(static f => f.Split('\t')[0]));
    }

    [Fact, Spec("CFG-210", "CFG-316")]
    public async Task The_command_alone_explains_itself_and_unknown_shells_are_refused()
    {
        var alone = await Executable.RunAsync("completion");
        var unknown = await Executable.RunAsync("completion", "csh");

        Assert.Equal((0, ""), (alone.Status, alone.Error));
        Assert.Contains("zsh", alone.Out, StringComparison.Ordinal);
        Assert.Equal((255, ""), (unknown.Status, unknown.Out));
        Assert.Contains("unknown command \"csh\" for \"gateway completion\"", unknown.Error, StringComparison.Ordinal);
    }

    private static async Task<string[]> CompleteAsync(string shell, string script)
    {
        using var folder = new Folder();
        folder.Write("krakend.json", "{}");
        folder.Write("a file.json", "{}");
        Directory.CreateDirectory(Path.Combine(folder.Path, "conf.d"));
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Path.GetDirectoryName(Executable.Path)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["HOME"] = folder.Path,
            ["TERM"] = "dumb",
        };
        string[] arguments = shell switch { "zsh" => ["-f", "-c", script], "fish" => ["--no-config", "-c", script], _ => ["--norc", "-c", script] };
        using var process = Executable.Start(shell, folder.Path, environment, arguments);
        var run = await Executable.FinishAsync(process);
        Assert.Equal("", run.Error);
        return run.Out.TrimEnd('\n').Split('\n');
    }
}
