using Gateway.Corpus;

const string Usage = """
    usage: corpus DIR [--gateway PATH] [--only TEXT]

      Checks, starts and calls every configuration of DIR and compares with expected.json.
      DIR              folder of configurations, NNN-name.json, .yaml or .tmpl
      --gateway PATH   the executable; default the Release build of this repository
      --only TEXT      files whose name contains TEXT
    """;

string? folder = null, gateway = null, only = null;
for (var i = 0; i < args.Length; i++)
{
    var next = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i])
    {
        case "--gateway" when next is not null:
            gateway = next;
            i++;
            break;
        case "--only" when next is not null:
            only = next;
            i++;
            break;
        case var path when folder is null && !path.StartsWith('-'):
            folder = Path.GetFullPath(path);
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
if (folder is null || !Directory.Exists(folder))
{
    Console.Error.WriteLine(folder is null ? Usage : $"corpus: {folder} is no folder");
    return 2;
}
gateway = Path.GetFullPath(gateway ?? Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "core", "Gateway", "bin", "Release", "net10.0", "gateway"));

var expectations = Expectation.Read(Path.Combine(AppContext.BaseDirectory, "expected.json")).ToDictionary(static e => e.File, StringComparer.Ordinal);
var files = Directory.GetFiles(folder).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToArray();
var scratch = Directory.CreateTempSubdirectory("corpus-").FullName;
var (good, bad) = (0, 0);
try
{
    using var issuer = new Issuer();
    await using var upstreams = new Upstreams(scratch, issuer.KeySet);
    var run = new CorpusRun(folder, gateway, upstreams, issuer, scratch);
    foreach (var file in files.Union(expectations.Keys).Where(f => only is null || f.Contains(only, StringComparison.Ordinal)))
    {
        IReadOnlyList<string> faults = !expectations.TryGetValue(file, out var expected) ? ["the table has no line for it"]
            : !files.Contains(file) ? ["the table has a line for it, and the folder has no such file"]
            : await run.OfAsync(expected);
        if (faults.Count == 0)
        {
            good++;
            continue;
        }
        bad++;
        Console.WriteLine($"{file}\n  {string.Join("\n  ", faults).ReplaceLineEndings("\n  ")}");
    }
}
finally
{
    Directory.Delete(scratch, recursive: true);
}
Console.WriteLine($"{good} as expected, {bad} not");
return bad == 0 && good > 0 ? 0 : 1;
