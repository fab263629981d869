namespace Gateway.Commands.Plugins;

/// <summary>A language that projects of plugins are made in.</summary>
/// <param name="Name">What <c>--lang</c> calls it.</param>
/// <param name="Folder">Folder of its templates, below those beside the executable.</param>
/// <param name="Layout">Where the plugin's folder lies in a project of a name; from there what has to be done to have it.</param>
internal sealed record PluginLanguage(string Name, string Folder, Func<string, (string Built, IReadOnlyList<string> Steps)> Layout)
{
    /// <summary>The language of the gateway.</summary>
    public static PluginLanguage DotNet { get; } = new("dotnet", "", static name =>
        ($"{name}/bin/Release/net10.0/plugin/{name.ToLowerInvariant()}", ["dotnet test", "dotnet build -c Release"]));

    /// <summary>JavaScript on Node.js.</summary>
    public static PluginLanguage JavaScript { get; } = new("js", "js", static _ => (".", ["npm install", "npm test"]));

    /// <summary>Python 3.</summary>
    public static PluginLanguage Python { get; } = new("python", "python", static _ => (".", ["python3 -m pip install -r requirements.txt", "python3 -m unittest"]));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PluginLanguage> All { get; } = [DotNet, JavaScript, Python];

    /// <summary>Whether its plugins run in processes of their own whatever is asked for.</summary>
    public bool IsForeign => this != DotNet;

    /// <summary>The templates beside the executable.</summary>
    public PluginTemplate Templates => new(Path.Combine(AppContext.BaseDirectory, "templates", Folder));

    /// <summary>What is to be done with a new project, up to a package.</summary>
    /// <param name="name">The plugin's name.</param>
    /// <param name="target">The project's folder.</param>
    /// <param name="isProcess">Whether the plugin runs in a process of its own: then it is tried there, and not only loaded.</param>
    public string Next(string name, string target, bool isProcess)
    {
        var (built, steps) = Layout(name);
        string[] commands = [$"cd {target}", .. steps, $"gateway plugin check {built}{(isProcess ? "" : " --run")}", $"gateway plugin test {built}", $"gateway plugin pack {built}"];
        return $"\nNext:\n{string.Concat(commands.Select(static c => $"  {c}\n"))}";
    }
}
