namespace Gateway.EndToEnd;

/// <summary>A temporary folder that goes away with the test.</summary>
internal sealed class Folder : IDisposable
{
    public Folder() => Path = Directory.CreateTempSubdirectory("gateway-e2e-").FullName;

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Writes a file and gives its absolute path.</summary>
    public string Write(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
