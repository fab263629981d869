using Gateway.Core.Routing;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Routing;

public sealed class PathCleanerTests
{
    [Theory]
    [Spec("RTE-032", "RTE-036")]
    [InlineData("/", "/")]
    [InlineData("//", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/b/", "/a/b/")]
    [InlineData("//a///b//", "/a/b/")]
    [InlineData("/a/./b/.", "/a/b/")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/b/..", "/a")]
    [InlineData("/a/b/../", "/a/")]
    [InlineData("/../..", "/")]
    [InlineData("/a/%2e%2E/b/.%2e/c", "/c")]
    [InlineData("/a%2F%2fb", "/a%2fb")]
    [InlineData("/a/..%2Fb", "/b")]
    [InlineData("/a%2fb/../c", "/a/c")]
    [InlineData("/a%20b/..c/...", "/a%20b/..c/...")]
    [InlineData("/%252e%252e/a", "/%252e%252e/a")]
    [InlineData("/%2", "/%2")]
    public void Slashes_and_dots_go_and_escapes_stay(string path, string expected)
    {
        var output = new char[path.Length + 1];

        var cleaned = new string(output, 0, PathCleaner.Clean(path, output));

        Assert.Equal(expected, cleaned);
        Assert.True(!PathCleaner.IsClean(path) || path == expected);
    }
}
