using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

/// <summary>A working directory with the files of a flexible configuration, and loads in it.</summary>
internal sealed class FlexibleFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flexible-tests-");

    /// <summary>Absolute path, without links.</summary>
    public string Path => _folder.FullName;

    /// <summary>Environment variables.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>What <c>--confine</c> names.</summary>
    public List<string> Confine { get; } = [];

    /// <summary>What <c>debug</c> printed.</summary>
    public string Traced { get; private set; } = "";

    /// <summary>Absolute path of something in the folder.</summary>
    public string At(string name) => System.IO.Path.Join(Path, name);

    /// <summary>Writes a file with the folders on its way.</summary>
    public FlexibleFolder With(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), content);
        return this;
    }

    /// <summary>Sets a variable.</summary>
    public FlexibleFolder Set(string variable, string value)
    {
        Environment[variable] = value;
        return this;
    }

    /// <summary>Loads a file in this working directory.</summary>
    public LoadResult Load(string file = "krakend.json") => ConfigLoader.Load(file, new LoadOptions
    {
        Environment = Environment.GetValueOrDefault,
        WorkingDirectory = Path,
        Confine = Confine,
        AllowMissing = new HashSet<string> { "*" },
        Trace = text => Traced += text,
    });

    /// <summary>The document that was loaded, after rendering; it must load.</summary>
    public ConfigNode Document(string file = "krakend.json")
    {
        var result = Load(file);
        Assert.True(result.Config is not null, Loading.Text(result.Diagnostics));
        return result.Config.Source;
    }

    /// <summary>The name of the service that was loaded, which tests render what they look at into.</summary>
    public string Name(string file = "krakend.json")
    {
        var result = Load(file);
        Assert.True(result.Config is not null, Loading.Text(result.Diagnostics));
        return result.Config.Name;
    }

    /// <summary>The errors of a load that must fail.</summary>
    public string Errors(string file = "krakend.json")
    {
        var result = Load(file);
        Assert.Null(result.Config);
        return result.Findings(ConfigSeverity.Error);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
