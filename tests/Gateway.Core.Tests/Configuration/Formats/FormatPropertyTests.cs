using System.Diagnostics;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.Core.Tests.Configuration.Formats;

public sealed class FormatPropertyTests(ITestOutputHelper output)
{
    private static readonly string[] s_fragments =
    [
        "a", "b", "1", "-1.5", ":", " ", "\n", "- ", "? ", "[", "]", "[[", "{", "}", ",", "=", ".", "&a", "*a", "!", "!!str", "|", ">", "'", "\"", "'''", "\"\"\"", "\\", "\\u12",
        "#", ";", "%", "@", "`", "\t", "---", "...", "\r\n", "\r", "<<", "<<EOF", "EOF", ": ", "é", "😀", "%YAML 1.2", "+", "99999999999999999999", "\u2028", "\ufeff", "~", "true", "null",
        "1979-05-27", "07:32:00", "0x", "${", "$${", "/*", "*/", "//", "export ", "\0", "\x7f",
    ];

    [Fact]
    [Spec("CFG-024", "CFG-030")]
    public void A_tree_reads_back_the_same_from_every_format()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var tree = new TreeWriter(new Random(seed));
            var expected = Documents.Json(tree.Json, ConfigFormat.Json);

            Assert.Equal((seed, expected), (seed, Documents.Json(tree.Json, ConfigFormat.Yaml)));
            Assert.Equal((seed, expected), (seed, Documents.Json(tree.Yaml, ConfigFormat.Yaml)));
            Assert.Equal((seed, expected), (seed, Documents.Json(tree.Toml, ConfigFormat.Toml)));
            Assert.Equal((seed, expected), (seed, Documents.Json(tree.Hcl, ConfigFormat.Hcl)));
        }
    }

    [Theory]
    [InlineData(ConfigFormat.Yaml)]
    [InlineData(ConfigFormat.Toml)]
    [InlineData(ConfigFormat.Properties)]
    [InlineData(ConfigFormat.Hcl)]
    [InlineData(ConfigFormat.Ini)]
    [InlineData(ConfigFormat.DotEnv)]
    public void Garbage_is_read_or_refused_with_its_place(ConfigFormat format)
    {
        var random = new Random(11);
        var bytes = new byte[64];
        for (var i = 0; i < 30_000; i++)
        {
            byte[] content;
            if (i % 10 == 0)
            {
                random.NextBytes(bytes);
                content = bytes;
            }
            else
            {
                content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => s_fragments[random.Next(s_fragments.Length)])));
            }
            var diagnostics = new ConfigDiagnostics();

            var node = ConfigFormats.Read("f", content, format, diagnostics);

            Assert.Equal(node is null ? 1 : 0, diagnostics.All.Count);
            Assert.All(diagnostics.All, found => Assert.True(found.Position is { Line: > 0, Column: > 0 } && found.Position.Line <= content.Length + 1, $"{Convert.ToHexString(content)}: {found}"));
        }
    }

    [Theory]
    [InlineData(ConfigFormat.Yaml)]
    [InlineData(ConfigFormat.Toml)]
    public void A_large_document_is_read_in_a_time_that_grows_with_its_length(ConfigFormat format)
    {
        var text = new StringBuilder(format == ConfigFormat.Yaml ? "endpoints:\n" : "");
        for (var i = 0; text.Length < 5_000_000; i++)
        {
            text.Append(format == ConfigFormat.Yaml
                ? $"  - endpoint: /users/{i}/{{id}}\n    method: GET\n    timeout: 300ms\n    backend:\n      - url_pattern: \"/b/{i}\"\n        host: [\"http://127.0.0.1:8080\"]\n"
                : $"[[endpoints]]\nendpoint = \"/users/{i}/{{id}}\"\nmethod = \"GET\"\ntimeout = '300ms'\n[[endpoints.backend]]\nurl_pattern = \"/b/{i}\"\nhost = [\"http://127.0.0.1:8080\"]\n");
        }
        var content = Encoding.UTF8.GetBytes(text.ToString());
        var watch = Stopwatch.StartNew();

        var node = ConfigFormats.Read("f", content, format, new ConfigDiagnostics());

        output.WriteLine($"{content.Length} bytes in {watch.ElapsedMilliseconds} ms");
        Assert.True(node!["endpoints"]!.Items.Count > 20_000);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"{watch.ElapsedMilliseconds} ms");
    }
}
