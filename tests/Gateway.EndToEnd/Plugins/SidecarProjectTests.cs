using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin new --lang</c>: projects in JavaScript and Python that work as they are.</summary>
public sealed class SidecarProjectTests(SidecarProjects projects) : IClassFixture<SidecarProjects>
{
    public static IEnumerable<object[]> All => SidecarProjects.All.Select(static p => new object[] { p.Language, p.Kind });

    [Theory, Spec("GRP-276")]
    [MemberData(nameof(All))]
    public void No_token_is_left_and_the_library_comes_along(string language, string kind)
    {
        var project = projects.Of(language, kind);
        var library = language == "js" ? "sidecar" : "krakenplugins_sidecar";

        Assert.True(File.Exists(Path.Combine(project, library, language == "js" ? "index.js" : "__init__.py")));
        Assert.All(
            Directory.GetFiles(project, "*", SearchOption.AllDirectories).Where(f => !f.Contains("node_modules", StringComparison.Ordinal) && !f.StartsWith(Path.Combine(project, library), StringComparison.Ordinal)),
            static f => Assert.DoesNotMatch("Sample|acme[./]sample|0\\.0\\.0-sdk", f + File.ReadAllText(f)));
    }

    [Theory, Spec("GRP-276")]
    [MemberData(nameof(All))]
    public async Task Its_tests_pass_and_it_has_no_findings(string language, string kind)
    {
        var project = projects.Of(language, kind);
        var (program, arguments) = language == "js" ? ("npm", new[] { "test" }) : ("/usr/bin/python3", ["-m", "unittest"]);

        using var tests = Executable.Start(program, project, SidecarProjects.Environment, arguments);
        var test = await Executable.FinishAsync(tests);
        var check = await Executable.RunInAsync(project, SidecarProjects.Environment, "plugin", "check", ".");

        Assert.True(test.Status == 0, test.Out + test.Error);
        Assert.Equal((0, $"{project}: OK\n"), (check.Status, check.Out));
    }
}
