using System.Text;
using Gateway.CommandLine;

namespace Gateway.Commands.Completion;

/// <summary>The script of fish.</summary>
internal static class FishScript
{
    /// <summary>The script.</summary>
    public static string Of(IReadOnlyList<CompletionPlace> places)
    {
        var text = new StringBuilder("# fish completion of gateway, made by: gateway completion fish\n\n");
        AppendWalk(text, places);
        text.Append("complete -c gateway -f\n");
        foreach (var place in places)
        {
            var at = $"complete -c gateway -n {Quoted($"__gateway_at {Quoted(place.Path)}")}";
            foreach (var word in place.Commands)
                text.Append(at).Append(" -a ").Append(word.Name).Append(" -d ").Append(Quoted(word.Purpose)).Append('\n');
            foreach (var flag in place.Flags)
                text.Append(at).Append(flag.Short is { } letter ? $" -s {letter}" : "").Append(" -l ").Append(flag.Name).Append(Value(flag)).Append(" -d ").Append(Quoted(flag.Description)).Append('\n');
            if (place.Operands != FlagCompletion.None)
                text.Append(at).Append(Operands(place.Operands)).Append('\n');
        }
        text.Append($"complete -c gateway -n {Quoted("__gateway_at ' --'")} -F\n");
        return text.ToString();
    }

    // Whether the words so far lead to a place.
    private static void AppendWalk(StringBuilder text, IReadOnlyList<CompletionPlace> places)
    {
        text.Append("function __gateway_at\n    set -l where ''\n    set -l skip 0\n    set -l words (commandline -opc)\n    for word in $words[2..-1]\n        if test $skip = 1\n            set skip 0\n            continue\n        end\n        switch \"$where $word\"\n");
        foreach (var place in places)
        {
            foreach (var word in place.Commands)
                text.Append("            case ").Append(Quoted($"{place.Path} {word.Name}")).Append("\n                set where ").Append(Quoted($"{place.Path} {word.Current}")).Append('\n');
            if (place.WrapsCommand)
                text.Append("            case ").Append(Quoted($"{place.Path} --")).Append("\n                set where ''\n");
            var valued = place.Flags.Where(static f => f.TakesValue).SelectMany(CompletionTree.Spellings).Select(s => Quoted($"{place.Path} {s}")).ToArray();
            if (valued.Length > 0)
                text.Append("            case ").AppendJoin(' ', valued).Append("\n                set skip 1\n");
        }
        text.Append("            case '* --'\n                set where ' --'\n        end\n    end\n    test \"$where\" = \"$argv[1]\"\nend\n\n");
    }

    private static string Value(Flag flag)
    {
        if (!flag.TakesValue)
            return "";
        if (flag.Values.Count > 0)
            return $" -x -a {Quoted(string.Join(' ', flag.Values))}";
        return flag.Completion == FlagCompletion.None ? " -x" : $" -r{Operands(flag.Completion)}";
    }

    private static string Operands(FlagCompletion completion) => completion == FlagCompletion.Folder ? " -x -a '(__fish_complete_directories)'" : " -F";

    private static string Quoted(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
