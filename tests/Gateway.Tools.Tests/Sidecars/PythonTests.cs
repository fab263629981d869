using System.Diagnostics;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace Gateway.Tools.Tests.Sidecars;

/// <summary>The library for plugins in Python and its examples, by their own tests.</summary>
public sealed partial class PythonTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);
    private static readonly string s_library = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "sdk", "sidecar-python"));

    public static TheoryData<string> Examples => [.. Directory.GetDirectories(Path.Combine(s_library, "examples")).Select(static f => Path.GetFileName(f)!)];

    [Fact]
    [Spec("GRP-260")]
    public Task The_library_needs_two_packages_and_has_the_messages_of_the_protocol() => PassAsync(s_library, "tests.test_modules");

    [Fact]
    [Spec("GRP-261")]
    public Task A_process_begins_with_a_greeting_and_ends_with_its_gateway() => PassAsync(s_library, "tests.test_process.StartTest");

    [Fact]
    [Spec("GRP-262")]
    public Task Only_who_has_the_secret_and_a_common_version_is_answered() => PassAsync(s_library, "tests.test_process.HandshakeTest");

    [Fact]
    [Spec("GRP-263")]
    public Task Handlers_stand_at_every_layer() => PassAsync(s_library, "tests.test_calls.LayersTest");

    [Fact]
    [Spec("GRP-264")]
    public Task Bodies_stream_with_credit() => PassAsync(s_library, "tests.test_calls.BodiesTest");

    [Fact]
    [Spec("GRP-265")]
    public Task A_fault_concerns_one_call() => PassAsync(s_library, "tests.test_calls.FaultsTest");

    [Fact]
    [Spec("GRP-266")]
    public Task Factories_say_what_is_wrong_with_a_configuration() => PassAsync(s_library, "tests.test_calls.ConfigurationTest");

    [Fact]
    [Spec("GRP-267")]
    public Task Health_is_told_at_all_times_and_the_end_is_orderly() => PassAsync(s_library, "tests.test_process.HealthTest", "tests.test_process.EndTest");

    [Fact]
    [Spec("GRP-268")]
    public Task Lines_have_levels_and_values_keep_to_what_was_declared() => PassAsync(s_library, "tests.test_process.OutputTest", "tests.test_values");

    [Fact]
    [Spec("GRP-269")]
    public Task Examples_are_what_their_manifests_say() => PassAsync(s_library, "tests.test_examples");

    [Theory]
    [Spec("GRP-269")]
    [MemberData(nameof(Examples))]
    public Task An_example_passes_its_own_tests(string example) => PassAsync(Path.Combine(s_library, "examples", example), "discover");

    private static async Task PassAsync(string folder, params string[] tests)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-B", "-m", "unittest", .. tests])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONPATH"] = Path.Combine(s_library, "src"), ["PYTHONDONTWRITEBYTECODE"] = "1", ["no_grpc_proxy"] = "*" },
        })!;
        process.StandardInput.Close();
        var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // What it was doing says more than that it took too long.
            process.Kill(entireProcessTree: true);
        }

        var output = string.Join('\n', await texts);
        Assert.True(process.ExitCode == 0 && Ran().IsMatch(output) && !output.Contains("skipped=", StringComparison.Ordinal), output);
    }

    [GeneratedRegex("^Ran [1-9][0-9]* tests? in ", RegexOptions.Multiline)]
    private static partial Regex Ran();
}
