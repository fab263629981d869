using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gateway.EndToEnd.Deploy;

/// <summary>One instruction of a Dockerfile, its lines joined.</summary>
internal sealed record DockerInstruction(string Name, string Arguments)
{
    /// <summary>The words of the exec form, such as <c>["gateway", "health"]</c>.</summary>
    public string[] Words => JsonSerializer.Deserialize<string[]>(Arguments[Arguments.IndexOf('[', StringComparison.Ordinal)..])!;
}

/// <summary>deploy/docker/Dockerfile and what Docker leaves out of the context for it.</summary>
internal sealed partial class Dockerfile
{
    private readonly Regex[] _ignored;

    public Dockerfile()
    {
        Stages = [];
        foreach (var line in Comment().Replace(DeployFiles.Text("docker/Dockerfile"), "").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
            var instruction = new DockerInstruction(parts[0], parts[1]);
            if (instruction.Name == "FROM")
                Stages.Add([]);
            Stages[^1].Add(instruction);
        }
        // A file of this name counts instead of the context's .dockerignore.
        _ignored = [.. DeployFiles.Text("docker/Dockerfile.dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Pattern)];
    }

    /// <summary>The instructions of each stage.</summary>
    public List<List<DockerInstruction>> Stages { get; }

    /// <summary>The stage that becomes the image.</summary>
    public List<DockerInstruction> Image => Stages[^1];

    /// <summary>The only instruction of a name in the image.</summary>
    public DockerInstruction Only(string name) => Image.Single(i => i.Name == name);

    /// <summary>Whether a file, relative to the root of the repository, is left out of the context.</summary>
    public bool Ignores(string path) => _ignored.Any(p => p.IsMatch(path));

    // The forms that the file uses: names from the root, and **/ before a name at any depth. What lies below goes with it.
    private static Regex Pattern(string line)
    {
        if (line.AsSpan(line.StartsWith("**/", StringComparison.Ordinal) ? 3 : 0).IndexOfAny("*?[!") >= 0)
            throw new FormatException($"Dockerfile.dockerignore: {line}: this reader knows no such pattern");
        return line.StartsWith("**/", StringComparison.Ordinal) ? new($"^(.*/)?{Regex.Escape(line[3..])}(/|$)") : new($"^{Regex.Escape(line)}(/|$)");
    }

    [GeneratedRegex("^#.*\n", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
