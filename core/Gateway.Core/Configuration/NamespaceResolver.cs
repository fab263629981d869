using Gateway.Core.Plugins.Kinds;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Reads the <c>extra_config</c> of a place: old names become current ones, and what stands in the wrong scope, is unknown or
/// has no plugin is reported and left out.
/// </summary>
internal sealed class NamespaceResolver(LoadOptions options, ConfigDiagnostics diagnostics)
{
    private readonly KindCheck _kinds = new(options, diagnostics);

    // Of all places in the order of the document, so that a backend knows what its workflow lacks.
    private readonly List<string> _leftOut = [];

    /// <summary>The namespaces that take effect in a scope.</summary>
    /// <param name="scope">One of <see cref="ConfigScope"/>.</param>
    /// <param name="node">The <c>extra_config</c> value, or <see langword="null"/>.</param>
    /// <param name="path">Its place.</param>
    public ExtraConfig Resolve(string scope, ConfigNode? node, ConfigPath path)
    {
        if (node is null || node is { Kind: ConfigKind.Array, Items.Count: 0 })
            return ExtraConfig.Empty;
        if (node.Kind != ConfigKind.Object)
        {
            diagnostics.Error(node.Position, path.ToString(), $"expected an object, not {ConfigText.Describe("extra_config", node)}");
            return ExtraConfig.Empty;
        }

        var members = new List<ConfigMember>();
        var already = _leftOut.Count;
        var names = CurrentNames(node, path);
        if (scope == ConfigScope.Backend)
            TranslateClientPlugin(names, path);
        foreach (var (name, member) in names)
        {
            var place = path.Member(member.Name);
            if (NamespaceRegistry.IsDefined(scope, name))
                ForeignNames.Report(name, member.Value, place, diagnostics);
            if (!TakesEffect(scope, name, member, path))
            {
                if (name == "workflow" && _leftOut.Contains(name))
                    LeaveOutGuards(member.Value);
                continue;
            }
            var value = NamespaceAttributes.Rename(name, member.Value, place, diagnostics);
            value = OldPluginNames.Rename(name, value, place, options.IsKindAvailable, diagnostics);
            _kinds.Check(name, member with { Value = value }, place);
            members.Add(new(name, member.NamePosition, name == "workflow" ? ResolveWorkflow(value, place) : value));
        }
        return members.Count == 0 && _leftOut.Count == already ? ExtraConfig.Empty : new ExtraConfig(members) { LeftOut = _leftOut[already..] };
    }

    private OrderedDictionary<string, ConfigMember> CurrentNames(ConfigNode node, ConfigPath path)
    {
        var chosen = new OrderedDictionary<string, ConfigMember>(StringComparer.Ordinal);
        List<ConfigMember>? old = null;
        foreach (var member in node.Members)
        {
            if (ConfigBinder.IsMetadata(member.Name))
                continue;
            if (NamespaceAliases.CurrentName(member.Name) is not null)
                (old ??= []).Add(member);
            else if (member.Value.Kind == ConfigKind.Null)
                chosen.Remove(member.Name);
            else
                chosen[member.Name] = member;
        }
        for (var i = (old?.Count ?? 0) - 1; i >= 0; i--)
        {
            var member = old![i];
            if (member.Value.Kind == ConfigKind.Null)
                continue;
            var current = NamespaceAliases.CurrentName(member.Name)!;
            var isTaken = !chosen.TryAdd(current, member);
            Report(ConfigSeverity.Notice, ConfigRules.OldName, member, path, isTaken
                ? $"\"{member.Name}\" is ignored because \"{current}\" is present"
                : $"\"{member.Name}\" is the old name of \"{current}\"; rename it");
        }
        return chosen;
    }

    private void TranslateClientPlugin(OrderedDictionary<string, ConfigMember> names, ConfigPath path)
    {
        if (!names.TryGetValue(LegacyClientPlugins.Namespace, out var member) || LegacyClientPlugins.Translate(member.Value, out var plugin) is not { } settings)
            return;
        names.Remove(LegacyClientPlugins.Namespace);
        var isTaken = !names.TryAdd(LegacyClientPlugins.Current, member with { Value = settings });
        Report(ConfigSeverity.Notice, ConfigRules.OldName, member, path, isTaken
            ? $"the client plugin \"{plugin}\" is ignored because \"{LegacyClientPlugins.Current}\" is present"
            : $"the client plugin \"{plugin}\" is an attribute of \"{LegacyClientPlugins.Current}\" today; rename it");
    }

    private bool TakesEffect(string scope, string name, ConfigMember member, ConfigPath path)
    {
        var isDefined = NamespaceRegistry.IsDefined(scope, name);
        if ((isDefined && NamespaceRegistry.IsCore(name)) || options.IsAvailable(scope, name))
            return true;
        if (isDefined || IsGuardOfOthers(name))
        {
            ReportMissing(scope, name, member, path);
            return false;
        }
        Report(ConfigSeverity.Warning, NamespaceRegistry.HintFor(NamespaceAliases.Canonical(name)) is null ? ConfigRules.UnknownNamespace : ConfigRules.Hint, member, path, WhyWithoutEffect(scope, name));
        return false;
    }

    // A guard of somebody's own, or one that is misspelt: both say that the place is to be guarded (SEC-074).
    private static bool IsGuardOfOthers(string name) =>
        NamespaceRegistry.IsGuard(name) && NamespaceRegistry.ScopesOf(name).Count == 0 && !NamespaceAliases.IsDropped(name) && NamespaceRegistry.HintFor(NamespaceAliases.Canonical(name)) is null;

    private void Report(ConfigSeverity severity, string rule, ConfigMember member, ConfigPath extraConfig, string message) =>
        diagnostics.Add(new(severity, member.NamePosition, extraConfig.Member(member.Name).ToString(), message) { Rule = rule });

    private void ReportMissing(string scope, string name, ConfigMember member, ConfigPath path)
    {
        var isKnown = NamespaceRegistry.ScopesOf(name).Count > 0;
        if (options.AllowMissing.Contains(name) || options.AllowMissing.Contains("*"))
        {
            _leftOut.Add(name);
            Report(ConfigSeverity.Notice, ConfigRules.MissingPlugin, member, path, $"runs without {ConfigText.Quote(name)}, as allowed{WhatIsLost(scope, name)}");
        }
        else if (NamespaceRegistry.IsOptional(name))
        {
            Report(ConfigSeverity.Warning, ConfigRules.MissingPlugin, member, path, $"no plugin provides \"{name}\" at {ConfigScope.Describe(scope)}; it has no effect");
        }
        else
        {
            var suggestion = isKnown ? "" : NamespaceRegistry.Suggest(scope, name);
            Report(ConfigSeverity.Error, isKnown ? ConfigRules.MissingPlugin : ConfigRules.UnknownNamespace, member, path,
                $"no plugin provides {ConfigText.Quote(name)} at {ConfigScope.Describe(scope)}{suggestion}; install one, or run without it with --allow-missing {ConfigText.Inline(name)}");
        }
    }

    private static string WhatIsLost(string scope, string name)
    {
        if (!NamespaceRegistry.ClosesWhenMissing(scope, name))
            return NamespaceRegistry.IsProtection(name) ? "; the protection is not active" : "";
        return scope switch
        {
            ConfigScope.Service => "; every endpoint answers 401",
            ConfigScope.AsyncAgent => "; the agent does not run",
            _ => "; the endpoint answers 401",
        };
    }

    private string WhyWithoutEffect(string scope, string name)
    {
        if (NamespaceAliases.IsDropped(name))
            return $"\"{name}\" has no effect: the component no longer exists";
        var hint = NamespaceRegistry.HintFor(NamespaceAliases.Canonical(name));
        var scopes = NamespaceRegistry.ScopesOf(name);
        if (scopes.Count == 0)
            scopes = [.. NamespaceRegistry.Scopes.Where(other => options.IsAvailable(other, name))];
        if (scopes.Count == 0)
        {
            return hint is null
                ? $"{ConfigText.Quote(name)} is no known namespace and has no effect{NamespaceRegistry.Suggest(scope, name)}"
                : $"\"{name}\" has no effect: {hint}";
        }
        var protection = NamespaceRegistry.IsProtection(name) ? "; the protection is not active" : "";
        return $"\"{name}\" has no effect at {ConfigScope.Describe(scope)}{protection}; it belongs to the extra_config of {string.Join(" or ", scopes.Select(ConfigScope.Describe))}";
    }

    /// <summary>A workflow has an <c>extra_config</c> of its own and backends with theirs; their names are settled here too.</summary>
    private ConfigNode ResolveWorkflow(ConfigNode workflow, ConfigPath path)
    {
        if (workflow.Kind != ConfigKind.Object)
            return workflow;
        return Rewrite(workflow, path, (member, place) => member.Name switch
        {
            "extra_config" => AsNode(Resolve(ConfigScope.Workflow, member.Value, place), member.Value),
            "backend" or "backends" => ResolveBackends(member.Value, place),
            _ => member.Value,
        });
    }

    // Without the workflow nobody asks the guards that stand in it.
    private void LeaveOutGuards(ConfigNode workflow)
    {
        foreach (var member in workflow.Members)
        {
            if (member.Name == "extra_config")
                LeaveOutGuards(ConfigScope.Workflow, member.Value);
            else if (member.Name is "backend" or "backends")
            {
                foreach (var backend in member.Value.Kind == ConfigKind.Array ? member.Value.Items : [member.Value])
                    LeaveOutGuards(ConfigScope.Backend, backend["extra_config"]);
            }
        }
    }

    private void LeaveOutGuards(string scope, ConfigNode? extraConfig)
    {
        foreach (var member in extraConfig?.Members ?? [])
        {
            var name = NamespaceAliases.CurrentName(member.Name) ?? member.Name;
            if (NamespaceRegistry.ClosesWhenMissing(scope, name))
                _leftOut.Add(name);
        }
    }

    private ConfigNode ResolveBackends(ConfigNode backends, ConfigPath path)
    {
        if (backends.Kind == ConfigKind.Object)
            return ResolveBackend(backends, path);
        return backends.Kind == ConfigKind.Array
            ? ConfigNode.Array(backends.Position, [.. backends.Items.Select((backend, i) => ResolveBackend(backend, path.Item(i)))])
            : backends;
    }

    private ConfigNode ResolveBackend(ConfigNode backend, ConfigPath path) =>
        backend.Kind != ConfigKind.Object ? backend : Rewrite(backend, path, (member, place) =>
            member.Name == "extra_config" ? AsNode(Resolve(ConfigScope.Backend, member.Value, place), member.Value) : member.Value);

    private static ConfigNode Rewrite(ConfigNode node, ConfigPath path, Func<ConfigMember, ConfigPath, ConfigNode> value) =>
        ConfigNode.Object(node.Position, [.. node.Members.Select(member =>
            member.Value.Kind == ConfigKind.Null ? member : member with { Value = value(member, path.Member(member.Name)) })]);

    private static ConfigNode AsNode(ExtraConfig resolved, ConfigNode written) => ConfigNode.Object(written.Position, resolved.Members);
}
