using System.Net;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>What the process leaves on disk.</summary>
public sealed class DiskTests : IDisposable
{
    private const string Marker = "personal-data-of-somebody";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("SEC-106")]
    public async Task No_data_of_a_request_is_on_disk_however_large_it_is()
    {
        var bytes = Encoding.UTF8.GetBytes($"{{\"a\":\"{Marker}{string.Concat(Enumerable.Repeat(Marker, 200_000))}\"}}");
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        // Two backends hold the body in memory.
        var file = _folder.Write("krakend.json", $$"""
            {"version":3,"host":["{{upstream.Host}}"],"timeout":"30s","endpoints":[{"endpoint":"/a","method":"POST","input_headers":["*"],"backend":[{"url_pattern":"/a","group":"a"},{"url_pattern":"/b","group":"b"}]}]}
            """);
        var environment = new Dictionary<string, string> { ["TMPDIR"] = _folder.Path, ["HOME"] = _folder.Path, ["DOTNET_EnableDiagnostics"] = "0" };
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", file], environment);

        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/a") { Content = new ByteArrayContent(bytes) };
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Marker}");
            using var response = await gateway.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            AssertNothing(gateway.Id);
        }
    }

    private void AssertNothing(int process)
    {
        // Open files count too: one that was unlinked is still on the disk (memfd is memory).
        var open = Directory.EnumerateFiles($"/proc/{process}/fd").Where(static f => File.ResolveLinkTarget(f, false) is { } target && !target.FullName.Contains(":[", StringComparison.Ordinal) && !target.FullName.Contains("/memfd:", StringComparison.Ordinal) && target.FullName.Contains("(deleted)", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Concat(open).ToArray())
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            Assert.True(content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(Encoding.UTF8.GetBytes(Marker)) < 0, $"{file} holds data of a request");
        }
    }
}
