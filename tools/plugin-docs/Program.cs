using System.Text.Json;
using PluginDocs;

const string Usage = """
    usage: plugin-docs [--check] [--root DIR]

      (nothing)   writes docs/plugins/reference: a page per namespace of plugins/*/plugin.json and an index
      --check     writes nothing; names the pages that differ, exit status 1 if there are any
      --root      folder with docs and plugins, default the nearest one above with a *.sln
    """;

string? root = null;
bool check = false;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--check":
            check = true;
            break;
        case "--root" when i + 1 < args.Length:
            root = args[++i];
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

try
{
    var reference = Reference.Of(root ?? FindRoot());
    if (!check)
    {
        reference.Write();
        return 0;
    }
    string[] differences = [.. reference.Differences()];
    Array.ForEach(differences, Console.WriteLine);
    return differences.Length == 0 ? 0 : 1;
}
catch (Exception e) when (e is DocsException or IOException or UnauthorizedAccessException or JsonException)
{
    Console.Error.WriteLine($"plugin-docs: {e.Message}");
    return 2;
}

static string FindRoot()
{
    for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
    {
        if (folder.EnumerateFiles("*.sln").Any())
            return folder.FullName;
    }
    throw new DocsException($"no *.sln in {Environment.CurrentDirectory} or above it; name the project's folder with --root");
}
