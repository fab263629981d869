using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using KrakenPlugins.Sidecar.Tests.Testing;

namespace KrakenPlugins.Sidecar.Tests;

/// <summary>Many clients through two processes: what belongs to one never reaches another, whatever happens to the processes meanwhile.</summary>
public sealed class IdentityTests
{
    private const int Clients = 64;

    [Fact]
    [Spec("GRP-111", "GRP-176", "GRP-240")]
    public async Task No_client_sees_anything_of_another_across_a_reload_and_a_kill()
    {
        var folder = Directory.CreateTempSubdirectory("identity-").FullName;
        await using var echo = await Echo.StartAsync();
        var config = Path.Combine(folder, "krakend.json");
        await File.WriteAllTextAsync(config, Config(echo.Address));
        Install(GatewayProcess.EveryLayer, Path.Combine(folder, "plugins", "every-layer"));
        Install(GatewayProcess.Martian, Path.Combine(folder, "plugins", "martian"));
        await using var gateway = await GatewayProcess.StartAsync(config, Path.Combine(folder, "plugins"));
        using var end = new CancellationTokenSource();
        var seen = new ConcurrentDictionary<string, int>();

        var clients = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => AskAsync(gateway, client, seen, end.Token))));
        await ReachAsync(seen, "right", 2 * Clients);
        using (var signal = Process.Start("kill", ["-HUP", gateway.Id.ToString(CultureInfo.InvariantCulture)]))
            await signal.WaitForExitAsync().InTime();
        await UntilAsync(() => gateway.Log.Contains("Reloaded:", StringComparison.Ordinal), () => gateway.Log);
        await ReachAsync(seen, "right", seen["right"] + Clients);
        var sidecars = gateway.Sidecars();
        Assert.Equal(2, sidecars.Length);
        using (var killed = Process.GetProcessById(sidecars[0]))
            killed.Kill();
        await UntilAsync(() => gateway.Sidecars() is [_, _] now && !now.Contains(sidecars[0]), () => gateway.Log);
        await ReachAsync(seen, "right", seen["right"] + 2 * Clients);
        await end.CancelAsync();
        await clients.InTime();

        // What a dying process had under way fails, and nothing else.
        Assert.DoesNotContain(seen.Keys, static k => k is not ("right" or "503"));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task AskAsync(GatewayProcess gateway, int client, ConcurrentDictionary<string, int> seen, CancellationToken end)
    {
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            var mark = string.Create(CultureInfo.InvariantCulture, $"mark-{client}-{i}-");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/raw?m=" + mark)
            {
                Content = new StringContent(mark + new string((char)('a' + client % 26), 60_000)),
                Headers = { { "X-Mark", mark }, { "X-Act", "endpoint:body,client:read" } },
            };
            using var answer = await gateway.Client.SendAsync(request, CancellationToken.None);
            var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            var what = answer.StatusCode switch
            {
                HttpStatusCode.OK => IsRight(text, mark.ToUpperInvariant()) ? "right" : $"{mark} got {text}",
                var other => ((int)other).ToString(CultureInfo.InvariantCulture),
            };
            seen.AddOrUpdate(what, 1, static (_, count) => count + 1);
        }
    }

    // In the target, in the client's header, in the one that martian copied, and in the body, and no other client's anywhere.
    private static bool IsRight(string text, string mark) => text.Split("MARK-").Length == 5 && text.Split(mark).Length == 5;

    private static Task ReachAsync(ConcurrentDictionary<string, int> seen, string what, int count) =>
        UntilAsync(() => seen.GetValueOrDefault(what) >= count, () => string.Join('\n', seen.Take(5)));

    private static async Task UntilAsync(Func<bool> condition, Func<string> state)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed < Waiting.Patience, state());
            await Task.Delay(10);
        }
    }

    private static void Install(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        var manifest = Path.Combine(target, "plugin.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"runtime\": \"dotnet\"", "\"runtime\": \"process\"", StringComparison.Ordinal));
    }

    private static string Config(string backend) => new JsonObject
    {
        ["version"] = 3,
        ["host"] = new JsonArray(backend),
        ["endpoints"] = new JsonArray(new JsonObject
        {
            ["endpoint"] = "/raw",
            ["method"] = "POST",
            ["output_encoding"] = "no-op",
            ["input_headers"] = new JsonArray("X-Mark", "X-Act"),
            ["input_query_strings"] = new JsonArray("*"),
            ["extra_config"] = new JsonObject { ["every/endpoint"] = new JsonObject() },
            ["backend"] = new JsonArray(new JsonObject
            {
                ["url_pattern"] = "/b",
                ["method"] = "POST",
                ["encoding"] = "no-op",
                ["extra_config"] = new JsonObject
                {
                    ["every/client"] = new JsonObject(),
                    ["modifier/martian"] = JsonNode.Parse("""{"header.Copy":{"scope":["request"],"from":"X-Mark","to":"X-Copy"}}"""),
                },
            }),
        }),
    }.ToJsonString();
}
