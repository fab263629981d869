using System.Runtime.Versioning;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>The gateway as <c>dotnet publish</c> makes it, published once for all tests that need it.</summary>
public sealed class PublishedGateway : IAsyncLifetime
{
    private readonly Folder _folder = new();

    /// <summary>Where it lies.</summary>
    internal string Folder => System.IO.Path.Combine(_folder.Path, "gateway");

    /// <summary>Its executable.</summary>
    internal string Path => System.IO.Path.Combine(Folder, "gateway");

    /// <summary>The configuration of the build that the tests belong to, so that nothing is compiled again.</summary>
    internal static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [SupportedOSPlatform("linux")]
    public async Task InitializeAsync()
    {
        // Temporary folders are their owner's alone; the gateway is read by another user, too.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)Convert.ToInt32("755", 8));
        await RunAsync("dotnet", Executable.Repository, "publish", "core/Gateway", "-c", Configuration, "-v", "q", "--nologo", "-o", Folder);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Runs a program, which must succeed, and gives its standard output.</summary>
    internal static async Task<string> RunAsync(string program, string? folder, params string[] args)
    {
        using var process = Executable.Start(program, folder, null, args);
        var run = await Executable.FinishAsync(process, TimeSpan.FromMinutes(3));
        Assert.True(run.Status == 0, $"{program} {string.Join(' ', args)}\n{run.Out}{run.Error}");
        return run.Out;
    }
}

/// <summary>Tests that publish, one class after another: they write into the same folders of the repository.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedCollection : ICollectionFixture<PublishedGateway>
{
    public const string Name = "published gateway";
}
