using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>The <c>keys_naming_rules</c> <c>strict</c>: letters, digits, <c>_</c> and <c>-</c> (CFG-124).</summary>
internal static class NamingRules
{
    /// <summary>Reports every name of a tree that has other characters.</summary>
    public static void CheckStrict(ConfigNode tree, SettingsFindings findings)
    {
        var pending = new Stack<(ConfigNode Node, ConfigPath Path)>();
        pending.Push((tree, ConfigPath.Root));
        while (pending.TryPop(out var next))
        {
            for (var i = next.Node.Items.Count - 1; i >= 0; i--)
                pending.Push((next.Node.Items[i], next.Path.Item(i)));
            for (var i = next.Node.Members.Count - 1; i >= 0; i--)
            {
                var member = next.Node.Members[i];
                pending.Push((member.Value, next.Path.Member(member.Name)));
            }
            foreach (var member in next.Node.Members)
            {
                if (!IsStrict(member.Name))
                    findings.Add(member.NamePosition, $"{ConfigText.Quote(member.Name)} in {Place(next.Path)}: \"keys_naming_rules\" is strict, which takes letters, digits, \"_\" and \"-\"");
            }
        }
    }

    private static string Place(ConfigPath path) => path.ToString() is { Length: > 0 } text ? text : "the settings";

    private static bool IsStrict(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '-'))
                return false;
        }
        return name.Length > 0;
    }
}
