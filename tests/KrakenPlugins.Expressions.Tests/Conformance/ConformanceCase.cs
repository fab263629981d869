namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>One case of the public suite.</summary>
/// <param name="Id"><c>file/section/name</c>; a repeated name has its number behind it.</param>
/// <param name="Test">The message <c>cel.expr.conformance.test.SimpleTest</c>.</param>
internal sealed record ConformanceCase(string Id, ProtoMessage Test)
{
    private static readonly Lazy<IReadOnlyList<ConformanceCase>> s_all = new(ReadAll);

    /// <summary>Every case of every file, in order.</summary>
    public static IReadOnlyList<ConformanceCase> All => s_all.Value;

    private static List<ConformanceCase> ReadAll()
    {
        var cases = new List<ConformanceCase>();
        var seen = new Dictionary<string, int>();
        foreach (var path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "cel"), "*.textproto").Order(StringComparer.Ordinal))
        {
            var file = ProtoTextReader.Read(File.ReadAllText(path));
            foreach (var section in file.Messages("section"))
            {
                foreach (var test in section.Messages("test"))
                {
                    var id = $"{Path.GetFileNameWithoutExtension(path)}/{section.Text("name")}/{test.Text("name")}";
                    var count = seen[id] = seen.GetValueOrDefault(id) + 1;
                    cases.Add(new(count == 1 ? id : $"{id}#{count}", test));
                }
            }
        }
        return cases;
    }
}
