using SpecCoverage;

const string Usage = """
    usage: spec-coverage [--missing [PREFIX|CHAPTER]] [--section TEXT] [--unknown] [--configuration NAME] [--root DIR]

      (nothing)        proven/total per chapter; an item is proven when a test carries [Spec("ID")]
      --missing        items without a test, all or those of a prefix (RTE) or chapter (02)
      --section TEXT   per section whose heading contains TEXT ("" for all); narrows --missing too
      --unknown        IDs on tests that no chapter defines; exit status 1 if there are any
      --configuration  whose build of tests/ is read, default Release
      --root           folder with docs/spec and tests, default the nearest one above with a *.sln
    """;

string? section = null, filter = null, root = null;
string configuration = "Release";
bool missing = false, unknown = false;
for (int i = 0; i < args.Length; i++)
{
    string? next = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i])
    {
        case "--missing":
            missing = true;
            if (next is not null && !next.StartsWith('-'))
            {
                filter = next;
                i++;
            }
            break;
        case "--unknown":
            unknown = true;
            break;
        case "--section" when next is not null:
            section = next;
            i++;
            break;
        case "--configuration" when next is not null:
            configuration = next;
            i++;
            break;
        case "--root" when next is not null:
            root = next;
            i++;
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

try
{
    root ??= FindRoot();
    IReadOnlyList<Chapter> chapters = Chapter.ReadFolder(Path.Combine(root, "docs", "spec"));
    IReadOnlyList<string> assemblies = TestAssembly.FindAll(Path.Combine(root, "tests"), configuration);
    var coverage = new Coverage(chapters, assemblies.SelectMany(TestAssembly.ReadProofs));

    if (unknown)
    {
        string[] lines = [.. coverage.Unknown()];
        Array.ForEach(lines, Console.WriteLine);
        return lines.Length == 0 ? 0 : 1;
    }
    IEnumerable<string> report = missing ? coverage.Missing(filter, section)
        : section is not null ? coverage.BySection(section)
        : coverage.ByChapter();
    foreach (string line in report)
        Console.WriteLine(line);
    return 0;
}
catch (Exception e) when (e is SpecException or IOException or UnauthorizedAccessException or BadImageFormatException)
{
    Console.Error.WriteLine($"spec-coverage: {e.Message}");
    return 2;
}

static string FindRoot()
{
    for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
    {
        if (folder.EnumerateFiles("*.sln").Any())
            return folder.FullName;
    }
    throw new SpecException($"no *.sln in {Environment.CurrentDirectory} or above it; name the project's folder with --root");
}
