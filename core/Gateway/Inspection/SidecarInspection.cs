using Gateway.Core.Plugins;
using Gateway.Packages;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Inspection;

/// <summary>Judges the command line of a plugin that runs as a process of its own: whether it could be started here. Starts nothing.</summary>
/// <param name="manifest">Its manifest.</param>
/// <param name="files">Its files.</param>
/// <param name="findings">Receives the findings.</param>
internal sealed class SidecarInspection(PluginManifest manifest, PluginFiles files, FindingList findings)
{
    private const string Command = "entry.command";

    public void Inspect()
    {
        var command = manifest.Entry.Command;
        if (command.Count == 0)
            return;
        JudgeProgram(command[0]);
        for (var i = 1; i < command.Count; i++)
        {
            if (!CodeFiles.IsRun(command[i]))
                continue;
            JudgeScript(command[i], i);
            // Those that follow are its own business.
            return;
        }
    }

    private void JudgeProgram(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal) && !Path.IsPathRooted(program))
        {
            var path = WithoutDot(program);
            if (FileInspection.Exists(path, Command, files, findings, FindingCode.ProgramMissing))
                JudgeFile(files.PathOf(path), path, "make it executable (`chmod +x`); a package keeps that");
            return;
        }
        if (Path.IsPathRooted(program))
        {
            if (File.Exists(program))
                JudgeFile(program, program, "make it executable");
            else
                Error(FindingCode.ProgramMissing, 0, $"there is no {program} on this machine", "install it, or ship the program in the plugin's folder and name it with ./");
            return;
        }
        if (InPath(program) is null)
            Error(FindingCode.ProgramMissing, 0, $"there is no program {program} in the PATH{NearestName.Suggest(program, Programs())}", files.Has(program) ? $"write \"./{program}\" for the one in the plugin's folder" : "install it where the gateway runs");
    }

    private void JudgeFile(string path, string shown, string remedy)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
            findings.Error(FindingCode.ProgramNotExecutable, shown, "it is not executable, and the plugin's process begins with it", remedy);
        else if (NativeImage.IsForeign(path))
            findings.Error(FindingCode.ProgramForeign, shown, $"it is a program for {NativeImage.Describe(path)}", $"ship one for {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}");
    }

    // An interpreter takes its script from the folder in which the process starts: the plugin's.
    private void JudgeScript(string script, int index)
    {
        if (Path.IsPathRooted(script))
        {
            if (!File.Exists(script))
                Error(FindingCode.ScriptMissing, index, $"there is no {script} on this machine", "ship it in the plugin's folder, and name it without a path in front");
            return;
        }
        var path = WithoutDot(script);
        if (files.Has(path))
            return;
        if (files.InOtherCase(path) is { } other)
            FileInspection.Exists(path, Command, files, findings);
        else
            Error(FindingCode.ScriptMissing, index, $"there is no {path} in the plugin's folder{NearestName.Suggest(path, files.All)}", "ship the file, or correct the manifest");
    }

    private void Error(string code, int index, string message, string remedy)
    {
        var entry = manifest.Source.Find("entry");
        var word = entry is { Kind: ConfigKind.Object } && entry["command"] is { Kind: ConfigKind.Array } list && index < list.Items.Count ? list.Items[index] : entry;
        var place = word is { Position.Line: > 0 } ? $"{PluginManifest.FileName}:{word.Position.Line}:{word.Position.Column}" : PluginManifest.FileName;
        findings.Error(code, place, $"{Command}[{index}]: {message}", remedy);
    }

    private static string WithoutDot(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;

    private static string? InPath(string program) => Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Programs() => Folders().Where(Directory.Exists).SelectMany(static folder => Directory.EnumerateFiles(folder).Select(static file => Path.GetFileName(file)));

    private static string[] Folders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
