namespace KrakenPlugins.Sdk.Tests;

/// <summary>The folder that holds the solution.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KrakenPlugins.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("the tests do not run inside of the repository");
    }
}
