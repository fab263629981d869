using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

/// <summary>Other implementations verify our tokens, and we theirs, in every algorithm (tests/fixtures/jose).</summary>
public sealed class ForeignTests
{
    [Fact]
    public async Task Npms_jose_and_we_verify_each_others_tokens()
    {
        Assert.True(Directory.Exists(Path.Combine(Fixtures.Folder, "jose", "node_modules")), "run ./test.sh, or npm ci in tests/fixtures/jose");
        await ExchangeAsync("node", "foreign.mjs");
    }

    // Debian's package is of Debian's Python, whatever else is installed.
    [Fact]
    public Task Debians_python_jwt_and_we_verify_each_others_tokens() => ExchangeAsync("/usr/bin/python3", "foreign.py");

    private static async Task ExchangeAsync(string program, string script)
    {
        var algorithms = Enum.GetValues<JwsAlgorithm>().Where(static a => a != JwsAlgorithm.Unknown).ToArray();
        var cases = new JsonObject();
        foreach (var algorithm in algorithms)
        {
            cases.Add(JwsAlgorithms.NameOf(algorithm), new JsonObject
            {
                ["private"] = JsonNode.Parse(Tokens.PrivateJson(algorithm)),
                ["public"] = JsonNode.Parse(Tokens.PublicJson(Tokens.PrivateJson(algorithm))),
                ["token"] = new JwsIssuer(Tokens.Private(algorithm).Signer(algorithm)!, "k", "JWT").Compact("""{"from":"us"}"""u8),
            });
        }

        var answers = JsonNode.Parse(await RunAsync(program, script, cases.ToJsonString()))!;

        foreach (var algorithm in algorithms)
        {
            var answer = answers[JwsAlgorithms.NameOf(algorithm)]!;
            Assert.Equal("true", answer["verified"]!.ToJsonString());
            Assert.True(Tokens.Verify(answer["token"]!.GetValue<string>(), algorithm, Tokens.Public(algorithm)), $"{algorithm} of {program}");
        }
    }

    private static async Task<string> RunAsync(string program, string script, string input)
    {
        var start = new ProcessStartInfo(program, script) { WorkingDirectory = Path.Combine(Fixtures.Folder, "jose"), RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{program} {script}: {await errors}");
        return await output;
    }
}
