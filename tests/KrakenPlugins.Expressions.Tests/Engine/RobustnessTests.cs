using KrakenPlugins.Expressions.Tests.Conformance;

namespace KrakenPlugins.Expressions.Tests.Engine;

/// <summary>Expressions of the public suite, changed at random with fixed seeds.</summary>
public sealed class RobustnessTests
{
    private static readonly string[] s_seeds = [.. ConformanceCase.All.Select(c => c.Test.Text("expr")).Where(t => t.Length < 300).Distinct()];

    private static readonly string[] s_pieces =
    [
        "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "&&", "||", "!", "-", "==", "<", "in ", "'", "\"", "\\", "0", "1u", "1.5", "null", "true", "'a'", "b'a'",
        "req_method", "req_headers", "resp_data", ".map(x, ", ".all(x, ", "has(", "size(", "\u0000", "😀", "\ud800", "9223372036854775807", "-9223372036854775808",
        "timestamp('2024-01-01T00:00:00Z')", "duration('1h')", "optional.of(", "cel.bind(x, ", ".matches(", ".format([", "[?", ".?",
    ];

    private static readonly CelEnvironment s_environment = Request.Builder()
        .AddMathExtensions().AddEncoders().AddLists().AddSets().AddNetwork().AddOptionals().AddTwoVariableComprehensions()
        .Limits(50_000)
        .Build();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_a_text_is_it_has_a_result_or_errors_with_places(int seed)
    {
        var random = new Random(seed);
        var input = Request.Input(("X-A", "v"));
        for (var i = 0; i < 5000; i++)
        {
            var text = Mutate(s_seeds[random.Next(s_seeds.Length)], random);
            foreach (var isChecked in (ReadOnlySpan<bool>)[true, false])
                Run(text, isChecked, input);
        }
    }

    [Fact]
    public void Types_that_fit_do_not_change_a_result()
    {
        var input = Request.Input(("X-A", "v"));
        var compared = 0;
        foreach (var text in s_seeds)
        {
            if (Compile(text, isChecked: true) is not { } program)
                continue;
            var result = program.Evaluate(input);
            var withoutTypes = Compile(text, isChecked: false)!.Evaluate(input);
            Assert.True(result == withoutTypes || result.ToString() == withoutTypes.ToString(), $"{text}: {result}, unchecked {withoutTypes}");
            compared++;
        }

        Assert.InRange(compared, 1000, s_seeds.Length);
    }

    private static void Run(string text, bool isChecked, CelInput input)
    {
        try
        {
            var result = Compile(text, isChecked)?.Evaluate(input);
            _ = result?.ToString();
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{text}\n{exception}");
        }
    }

    private static CelProgram? Compile(string text, bool isChecked)
    {
        try
        {
            return isChecked ? s_environment.Compile(text) : s_environment.CompileUnchecked(text);
        }
        catch (CelException exception)
        {
            Assert.All(exception.Issues, issue => Assert.InRange(issue.Offset, 0, text.Length));
            Assert.NotEmpty(exception.Detail());
            return null;
        }
    }

    private static string Mutate(string text, Random random)
    {
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(text.Length + 1);
            var end = Math.Min(text.Length, at + random.Next(6));
            text = random.Next(4) switch
            {
                0 => text[..at] + text[end..],
                1 => text[..at] + text[at..end] + text[at..],
                _ => text[..at] + s_pieces[random.Next(s_pieces.Length)] + text[(random.Next(2) == 0 ? at : end)..],
            };
        }
        return text;
    }
}
