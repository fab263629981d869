using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Command line in general".</summary>
public sealed class CommandLineTests
{
    [Fact, Spec("CFG-201")]
    public async Task Without_arguments_the_help_is_printed()
    {
        var run = await Executable.RunAsync();

        Assert.Equal(0, run.Status);
        Assert.StartsWith("KrakenPlugins Gateway\n\nVersion: ", run.Out, StringComparison.Ordinal);
        var parts = new[] { "Version:", "An API gateway", "Usage:", "Available Commands:", "Flags:" }.Select(p => run.Out.IndexOf(p, StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain(-1, parts);
        Assert.Equal(parts.Order(), parts);
        Assert.Empty(run.Error);
    }

    [Theory, Spec("CFG-202")]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("validate")]
    [InlineData("version")]
    [InlineData("demo")]
    public async Task A_command_explains_itself_in_three_ways_and_does_not_run(string command)
    {
        var help = await Executable.RunAsync("help", command);
        var letter = await Executable.RunAsync(command, "-h");
        var word = await Executable.RunAsync(command, "--help", "surplus");

        Assert.Equal((0, ""), (help.Status, help.Error));
        Assert.Contains($"gateway {(command == "validate" ? "check" : command)} [flags]", help.Out, StringComparison.Ordinal);
        Assert.Equal(help, letter);
        Assert.Equal(help, word);
    }

    [Theory, Spec("CFG-202")]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public async Task The_program_explains_itself(string argument)
    {
        var run = await Executable.RunAsync(argument);

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Contains("Available Commands:", run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-202")]
    public async Task An_unknown_help_topic_is_named_and_the_usage_printed()
    {
        var run = await Executable.RunAsync("help", "cooking");

        Assert.Equal(255, run.Status);
        Assert.Contains("unknown help topic \"cooking\"", run.Error, StringComparison.Ordinal);
        Assert.Contains("gateway [command]", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-203", "CFG-209")]
    [InlineData("chekc", "check")]
    [InlineData("runn", "run")]
    [InlineData("validat", "validate")]
    [InlineData("versoin", "version")]
    public async Task An_unknown_command_is_refused_with_what_was_probably_meant(string command, string meant)
    {
        var run = await Executable.RunAsync(command);

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.Contains($"unknown command \"{command}\" for \"gateway\"", run.Error, StringComparison.Ordinal);
        Assert.Contains($"Did you mean this?\n\t{meant}\n", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-203")]
    [InlineData("frobnicate")]
    [InlineData("")]
    public async Task A_command_that_resembles_nothing_is_refused(string command)
    {
        var run = await Executable.RunAsync(command);

        Assert.Equal(255, run.Status);
        Assert.Contains($"unknown command \"{command}\" for \"gateway\"", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-203")]
    [InlineData("unknown flag: --conifg; did you mean --config?", "run", "--conifg", "f")]
    [InlineData("unknown flag: --frobnicate", "check", "--frobnicate=1")]
    [InlineData("unknown shorthand flag: 'z' in -dz", "check", "-dz")]
    [InlineData("flag needs an argument: --config", "run", "--config")]
    [InlineData("flag needs an argument: 'c' in -dc", "check", "-dc")]
    [InlineData("invalid argument \"http\" for \"-p, --port\"", "run", "-p", "http")]
    [InlineData("invalid argument \"maybe\" for \"-t, --test-gin-routes\"", "check", "-t=maybe")]
    public async Task A_wrong_flag_is_explained_with_the_usage(string message, params string[] args)
    {
        var run = await Executable.RunAsync(args);

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains($"Usage:\n  gateway {args[0]} [flags]", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-204", "CFG-205")]
    [InlineData("--config", "FILE")]
    [InlineData("--config=FILE")]
    [InlineData("-c", "FILE")]
    [InlineData("-cFILE")]
    [InlineData("-c=FILE")]
    [InlineData("-dc", "FILE")]
    [InlineData("-dcFILE")]
    [InlineData("-dc=FILE")]
    [InlineData("-d", "-d", "-c", "FILE")]
    [InlineData("surplus", "-c", "FILE", "more")]
    [InlineData("", "-c", "FILE")]
    [InlineData("-c", "absent.json", "-c", "FILE")]
    [InlineData("-c", "FILE", "--", "--frobnicate", "-z")]
    public async Task Flags_follow_the_rules_of_posix_and_gnu(params string[] args)
    {
        using var folder = new Folder();
        var file = folder.Write("krakend.json", """{"version":3}""");

        var run = await Executable.RunAsync(["check", .. args.Select(a => a.Replace("FILE", file, StringComparison.Ordinal))]);

        Assert.Equal(0, run.Status);
        Assert.EndsWith("Syntax OK!\n", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-204", "CFG-231")]
    public async Task A_counted_flag_counts_however_it_is_written()
    {
        using var folder = new Folder();
        var file = folder.Write("krakend.json", """{"version":3}""");

        var bundled = await Executable.RunAsync("check", "-ddc", file);

        Assert.Contains("Default timeout: 2s", bundled.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Read timeout", bundled.Error, StringComparison.Ordinal);
        Assert.Equal(bundled, await Executable.RunAsync("check", "-d", "-c", file, "-d"));
        Assert.Equal(bundled, await Executable.RunAsync("check", "--debug", "--debug", "-c", file));
        Assert.Equal(bundled, await Executable.RunAsync("check", "--debug=2", "-c", file));
        Assert.Equal(await Executable.RunAsync("check", "-dddc", file), await Executable.RunAsync("check", "-dddddc", file));
    }

    [Fact, Spec("CFG-204", "CFG-203")]
    public async Task Two_dashes_end_the_flags()
    {
        var run = await Executable.RunAsync("check", "--", "-c", "krakend.json");

        Assert.Equal(1, run.Status);
        Assert.Contains("--config", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-206")]
    public async Task Flags_belong_to_the_command()
    {
        var run = await Executable.RunAsync("-c", "krakend.json", "run");

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.Contains("unknown shorthand flag: 'c' in -c", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-207", "CFG-208")]
    public async Task Progress_dumps_and_errors_go_to_standard_error_without_escape_sequences()
    {
        using var folder = new Folder();
        var good = await Executable.RunAsync("check", "-dc", folder.Write("good.json", """{"version":3}"""));
        var bad = await Executable.RunAsync("check", "-c", folder.Write("bad.json", "{"));

        Assert.Empty(good.Out + bad.Out);
        Assert.DoesNotContain('\e', good.Error + bad.Error);
    }

    [Fact, Spec("CFG-208")]
    public async Task Colours_appear_on_a_terminal_unless_the_user_does_not_want_them()
    {
        using var folder = new Folder();
        var file = folder.Write("good.json", """{"version":3}""");
        var command = $"{Executable.Path} check -c {file}";
        using var plain = Executable.Start("script", folder.Path, new Dictionary<string, string> { ["TERM"] = "xterm", ["NO_COLOR"] = "1" }, "-qec", command, "/dev/null");
        using var coloured = Executable.Start("script", folder.Path, new Dictionary<string, string> { ["TERM"] = "xterm", ["NO_COLOR"] = "" }, "-qec", command, "/dev/null");

        Assert.Contains("\e[1;32mSyntax OK!\e[0m", (await Executable.FinishAsync(coloured)).Out, StringComparison.Ordinal);
        var plainText = (await Executable.FinishAsync(plain)).Out;
        Assert.DoesNotContain('\e', plainText);
        Assert.Contains("Syntax OK!", plainText, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-208", "OBS-018")]
    [InlineData("", true)]
    [InlineData("1", false)]
    public async Task The_access_lines_of_run_are_coloured_on_a_terminal_for_those_who_want_it(string noColour, bool isColoured)
    {
        using var folder = new Folder();
        var port = RunningGateway.FreePort();
        var file = folder.Write("krakend.json", $$"""{"version":3,"port":{{port}}}""");
        var script = folder.Write("serve.sh", $"{Executable.Path} run -c {file} &\nuntil curl -s -o ready http://127.0.0.1:{port}/__health; do kill -0 $! || exit 1; done\ncurl -s -o none http://127.0.0.1:{port}/none\nkill $!\nwait $!\n");
        using var process = Executable.Start("script", folder.Path, new Dictionary<string, string> { ["TERM"] = "xterm", ["NO_COLOR"] = noColour }, "-qec", $"sh {script}", "/dev/null");

        var run = await Executable.FinishAsync(process);

        Assert.Contains("\"/none\"", run.Out, StringComparison.Ordinal);
        Assert.Equal(isColoured, run.Out.Contains('\e', StringComparison.Ordinal));
    }

    [Fact, Spec("CFG-202")]
    public async Task Every_command_has_a_help_with_examples_that_it_understands()
    {
        var open = new Stack<string[]>([[]]);
        var seen = 0;
        while (open.TryPop(out var command))
        {
            var help = await Executable.RunAsync([.. command, "--help"]);
            Assert.Equal((0, ""), (help.Status, help.Error));
            var inner = Section(help.Out, "Available Commands:");
            foreach (var name in inner)
                open.Push([.. command, name.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]]);
            if (command.Length == 0)
                continue;
            var examples = Section(help.Out, "Examples:");
            Assert.NotEmpty(examples);
            Assert.All(examples, example => Assert.StartsWith($"gateway {string.Join(' ', command)}", example, StringComparison.Ordinal));
            foreach (var flag in inner.Length > 0 ? [] : examples.SelectMany(static e => e.Split(' ')).Where(static w => w.StartsWith("--", StringComparison.Ordinal)))
                Assert.Contains(flag.Split('=')[0], help.Out.Split("Flags:")[^1], StringComparison.Ordinal);
            seen++;
        }
        Assert.InRange(seen, 15, 60);
    }

    [Theory, Spec("CFG-309", "CFG-203")]
    [InlineData("--file", "krakend.json")]
    [InlineData("--listen-port=80")]
    [InlineData("--service-name", "shop")]
    public async Task The_generator_of_guides_is_refused_with_what_there_is_instead(params string[] flags)
    {
        var run = await Executable.RunAsync(["generate", .. flags]);

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.Contains($"unknown flag: {flags[0].Split('=')[0]}; there is no such generator: draw the configuration with the online designer, or begin with {{\"version\": 3}}", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-309")]
    [InlineData("KRAKEND_DEBUG", "use the flag -d, or KRAKEND_DEBUG_ENDPOINT")]
    [InlineData("KRAKEND_CONFIG_PATH", "use the flag -c")]
    [InlineData("GOMAXPROCS", null)]
    public async Task Variables_of_guides_are_named_with_what_to_use(string variable, string? advice)
    {
        using var folder = new Folder();
        var file = folder.Write("krakend.json", """{"version":3}""");

        var run = await Executable.RunInAsync(folder.Path, new Dictionary<string, string> { [variable] = "1" }, "check", "-c", file);

        Assert.Equal(0, run.Status);
        Assert.Equal(advice is null ? 0 : 1, run.Error.Split("WARNING").Length - 1);
        Assert.Contains(advice ?? "Syntax OK!", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-210", "CFG-249", "CFG-207", "EXT-083")]
    public async Task The_version_is_four_lines_on_standard_output()
    {
        var command = await Executable.RunAsync("version");
        var flag = await Executable.RunAsync("--version");

        Assert.Equal((0, ""), (command.Status, command.Error));
        Assert.Equal(command, flag);
        var lines = command.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Matches(@"^Gateway Version: \d+\.\d+\.\d+", lines[0]);
        Assert.Matches(@"^\.NET Version: 10\.", lines[1]);
        Assert.Matches(@"^C Library Version: \S", lines[2]);
        Assert.Matches(@"^Plugin SDK Version: 0\.\d+\.\d+$", lines[3]);
    }

    [Theory, Spec("CFG-250")]
    [InlineData("check", "--license", "absent", "-c", "FILE")]
    [InlineData("version", "--license", "absent")]
    [InlineData("version", "-l", "absent")]
    [InlineData("schema", "--license", "absent")]
    [InlineData("plugin", "list", "-l", "absent")]
    [InlineData("completion", "bash", "--license=absent")]
    [InlineData("audit", "-s", "", "-l", "absent", "-c", "FILE")]
    public async Task A_licence_is_accepted_and_ignored(params string[] args)
    {
        using var folder = new Folder();
        var file = folder.Write("krakend.json", """{"version":3}""");
        var variables = new Dictionary<string, string> { ["KRAKEND_LICENSE_PATH"] = "/absent", ["KRAKEND_LICENSE_BASE64"] = "!" };

        var run = await Executable.RunInAsync(folder.Path, variables, [.. args.Select(a => a.Replace("FILE", file, StringComparison.Ordinal))]);

        Assert.Equal(0, run.Status);
        Assert.DoesNotContain("LICENSE", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-250", "CFG-211")]
    public async Task Running_takes_a_licence_and_ignores_it()
    {
        using var folder = new Folder();
        await using var gateway = await RunningGateway.RunAsync(folder, """{"version":3}""", "-l", "/absent");

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.True(response.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("e2e")]
    [InlineData("openapi")]
    public async Task Commands_of_later_versions_say_so(string command)
    {
        var run = await Executable.RunAsync(command);

        Assert.Equal(255, run.Status);
        Assert.Contains("not supported yet by this version", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-013")]
    public async Task A_configuration_that_asks_for_a_Go_plugin_is_refused_with_the_file_named()
    {
        using var folder = new Folder();
        folder.Write("krakend-foo.so", "ELF");
        var file = folder.Write("krakend.json", $$"""{"version":3,"plugin":{"folder":"{{folder.Path}}","pattern":".so"},"extra_config":{"plugin/http-server":{"name":["krakend-foo"]} } }""");

        var run = await Executable.RunAsync("check", "-c", file);

        Assert.Equal(1, run.Status);
        Assert.Contains("krakend-foo.so is a Go plugin, which cannot run here; rewrite it with the SDK", run.Error, StringComparison.Ordinal);
    }

    private static string[] Section(string help, string title)
    {
        var lines = help.Split('\n').SkipWhile(line => line != title).Skip(1);
        return [.. lines.TakeWhile(static line => line.StartsWith("  ", StringComparison.Ordinal)).Select(static line => line.Trim())];
    }
}
