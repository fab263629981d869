using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>
/// Checks, when a configuration is loaded, the names under <c>plugin/*</c>: a plugin that nothing provides refuses the start, as a
/// namespace without plugin does (CFG-046), unless <c>--allow-missing</c> has its name or its namespace.
/// </summary>
internal sealed class KindCheck(LoadOptions options, ConfigDiagnostics diagnostics)
{
    /// <summary>Reports what is wrong with the value of a namespace; other namespaces are none of its business.</summary>
    /// <param name="namespace">Current name.</param>
    /// <param name="member">What stands in the document.</param>
    /// <param name="path">Its place.</param>
    public void Check(string @namespace, ConfigMember member, ConfigPath path)
    {
        if (!PluginKinds.Namespaces.Contains(@namespace))
            return;
        var names = PluginKinds.NamesIn(@namespace, member.Value);
        var list = member.Value["name"];
        if (names.Count == 0)
        {
            diagnostics.Warning(list?.Position ?? member.Value.Position, path.ToString(), WhyEmpty(@namespace, member.Value));
            return;
        }
        path = path.Member("name");
        if (list!.Kind == ConfigKind.String)
        {
            CheckName(@namespace, list, path);
            return;
        }
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (names.Contains(list.Items[i]))
                CheckName(@namespace, list.Items[i], path.Item(i));
            else
                diagnostics.Warning(list.Items[i].Position, path.Item(i).ToString(), "expected the name of a plugin; this entry has no effect");
        }
    }

    private static string WhyEmpty(string @namespace, ConfigNode value)
    {
        if (value.Kind != ConfigKind.Object)
            return $"\"{@namespace}\" has no effect: expected an object with the member \"name\"";
        return @namespace == PluginKinds.HttpClientNamespace && value["name"] is { Kind: ConfigKind.Array }
            ? $"\"{@namespace}\" has no effect: a backend has one client plugin; expected \"name\": \"…\", not a list"
            : $"\"{@namespace}\" has no effect: no plugin is named; expected a member \"name\"";
    }

    private void CheckName(string @namespace, ConfigNode name, ConfigPath path)
    {
        foreach (var kind in PluginKinds.Of(@namespace))
        {
            if (options.IsKindAvailable(kind, name.Text))
                return;
        }
        var quoted = ConfigText.Quote(name.Text);
        if (MissingPlugin.IsAllowed(options.AllowMissing, @namespace, name.Text))
            diagnostics.Notice(name.Position, path.ToString(), $"runs without the plugin {quoted} of \"{@namespace}\", as allowed");
        else
            diagnostics.Add(new(ConfigSeverity.Error, name.Position, path.ToString(), MissingPlugin.Describe(@namespace, name.Text)) { Rule = ConfigRules.MissingPlugin });
    }
}

/// <summary>A plugin of one of the language's kinds that a configuration names and nothing provides.</summary>
internal static class MissingPlugin
{
    /// <summary>Whether the operator lets the gateway run without it.</summary>
    public static bool IsAllowed(IReadOnlySet<string> allowed, string @namespace, string name) =>
        allowed.Contains("*") || allowed.Contains(@namespace) || allowed.Contains(name);

    /// <summary>What is missing and what to do.</summary>
    public static string Describe(string @namespace, string name)
    {
        var quoted = ConfigText.Quote(name);
        var remedy = $"run without it with --allow-missing {ConfigText.Inline(name)}";
        if (!BundledPlugins.TryFind(@namespace, name, out var replacement))
            return $"no plugin is registered as {quoted} for \"{@namespace}\"; install one, or {remedy}";
        return replacement.Length == 0
            ? $"the plugin {quoted} of \"{@namespace}\" is not in this version; {remedy}"
            : $"the plugin {quoted} of \"{@namespace}\" is deprecated and not in this version; use {replacement}, or {remedy}";
    }
}
