using System.Globalization;
using Gateway.CommandLine;

namespace Gateway.Commands.Migrate;

/// <summary><c>migrate</c>: rewrites configurations and templates of older language versions in place (CFG-300).</summary>
internal static class MigrateCommand
{
    private static readonly Flag s_dryRun = new("dry-run", null, FlagKind.Switch, "Shows what would change and writes nothing");

    public static Command Definition { get; } = new()
    {
        Name = "migrate",
        Purpose = "Gives old names in configurations their current ones",
        Description = """
            Rewrites configurations of the language versions 1 and 2, and their templates, settings and partials, for version 3: old names of
            namespaces and attributes become current ones, and "version" becomes 3. A folder stands for the *.json and *.tmpl files below it.
            Only keys change, where they are keys of the language; values, formatting, comments and template actions stay as they are.
            """,
        Usage = "migrate [flags] PATH…",
        Example = "migrate --dry-run ./config\nmigrate krakend.json",
        Flags = [s_dryRun],
        Run = static (arguments, terminal) => Task.FromResult(Run(arguments, terminal)),
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional.Count == 0)
            throw new UsageException("migrate needs a file or a folder");
        var isDryRun = arguments.Has(s_dryRun.Name);
        var (changes, notes, changed, failed) = (0, 0, 0, 0);
        foreach (var path in arguments.Positional)
        {
            foreach (var file in MigratedFile.Below(path))
            {
                try
                {
                    var steps = MigratedFile.Migrate(file, isDryRun);
                    Report(file, steps, terminal);
                    var made = steps.Count(static s => s.IsChange);
                    changes += made;
                    notes += steps.Count - made;
                    changed += made > 0 ? 1 : 0;
                }
                catch (MigrationException exception)
                {
                    terminal.Error($"{terminal.Red("ERROR")} {file}: {exception.Message}\n");
                    failed++;
                }
            }
        }
        terminal.Error(Summary(changes, notes, changed, isDryRun));
        return failed == 0 ? ExitStatus.Success : ExitStatus.Failure;
    }

    private static void Report(string file, IReadOnlyList<MigrationStep> steps, Terminal terminal)
    {
        foreach (var step in steps)
            terminal.Out(string.Create(CultureInfo.InvariantCulture, $"{file}:{step.Line}: {terminal.Painted(step.IsChange ? Paint.None : Paint.Yellow, step.Text)}\n"));
    }

    private static string Summary(int changes, int notes, int files, bool isDryRun)
    {
        var done = isDryRun ? "would be made" : "made";
        var left = notes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {notes} left to you");
        return string.Create(CultureInfo.InvariantCulture, $"{changes} change{(changes == 1 ? "" : "s")} {done} in {files} file{(files == 1 ? "" : "s")}{left}\n");
    }
}
