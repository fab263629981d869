using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>The Debian package of the published gateway, built once, and unpacked without an installation.</summary>
public sealed class DebianPackage(PublishedGateway gateway) : IAsyncLifetime
{
    private readonly Folder _folder = new();

    /// <summary>The package.</summary>
    internal string File { get; private set; } = "";

    /// <summary>Its files.</summary>
    internal string Root => Path.Combine(_folder.Path, "root");

    /// <summary>Its maintainer scripts and its lists.</summary>
    internal string Control => Path.Combine(_folder.Path, "control");

    /// <summary><c>dpkg-deb --contents</c>: modes, owners and paths.</summary>
    internal string[] Contents { get; private set; } = [];

    public async Task InitializeAsync()
    {
        // Says itself when there is no dpkg-deb.
        File = (await PublishedGateway.RunAsync(DeployFiles.PathOf("deb/build.sh"), "/", _folder.Path, gateway.Folder)).TrimEnd();
        await PublishedGateway.RunAsync("dpkg-deb", null, "--extract", File, Root);
        await PublishedGateway.RunAsync("dpkg-deb", null, "--control", File, Control);
        Contents = (await PublishedGateway.RunAsync("dpkg-deb", null, "--contents", File)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A field of the package's description.</summary>
    internal async Task<string> FieldAsync(string name) => (await PublishedGateway.RunAsync("dpkg-deb", null, "--field", File, name)).TrimEnd();
}
