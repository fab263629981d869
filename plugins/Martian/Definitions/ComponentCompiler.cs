using KrakenPlugins.Martian.Filters;
using KrakenPlugins.Martian.Groups;
using KrakenPlugins.Martian.Modifiers;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Martian.Definitions;

/// <summary>Compiles the definition of one backend: one component, which may hold others.</summary>
internal sealed class ComponentCompiler(ConfigDiagnostics diagnostics)
{
    private const int MaxDepth = 64;

    private static readonly Dictionary<string, Func<Definition, Component>> s_components = new(StringComparer.Ordinal)
    {
        ["body.Modifier"] = BodyModifier.Compile,
        ["cookie.Filter"] = CookieFilter.Compile,
        ["cookie.Modifier"] = CookieModifier.Compile,
        ["fifo.Group"] = Group.CompileFifo,
        ["header.Append"] = HeaderAppend.Compile,
        ["header.Blacklist"] = HeaderBlacklist.Compile,
        ["header.Copy"] = HeaderCopy.Compile,
        ["header.Filter"] = HeaderFilter.Compile,
        ["header.Id"] = HeaderId.Compile,
        ["header.Modifier"] = HeaderModifier.Compile,
        ["header.RegexFilter"] = HeaderRegexFilter.Compile,
        ["port.Filter"] = PortFilter.Compile,
        ["port.Modifier"] = PortModifier.Compile,
        ["priority.Group"] = Group.CompilePriority,
        ["querystring.Filter"] = QueryStringFilter.Compile,
        ["querystring.Modifier"] = QueryStringModifier.Compile,
        ["stash.Modifier"] = StashModifier.Compile,
        ["status.Modifier"] = StatusModifier.Compile,
        ["url.Filter"] = UrlFilter.Compile,
        ["url.Modifier"] = UrlModifier.Compile,
        ["url.RegexFilter"] = UrlRegexFilter.Compile,
    };

    // What the reference's library knows and this plugin does not, and a name that people write.
    private static readonly Dictionary<string, string> s_advice = new(StringComparer.Ordinal)
    {
        ["static.Modifier"] = "files are not served here; use \"backend/static-filesystem\" or \"server/static-filesystem\"",
        ["query.Modifier"] = "did you mean \"querystring.Modifier\"?",
    };

    /// <summary>Receives findings that do not make the definition useless.</summary>
    public ConfigDiagnostics Diagnostics { get; } = diagnostics;

    /// <summary>Number of URLs that a call puts aside.</summary>
    public int StashCount { get; private set; }

    /// <summary>Names of all components.</summary>
    public static IReadOnlyCollection<string> Names => s_components.Keys;

    /// <summary>A place for the URL of one <c>stash.Modifier</c>.</summary>
    public int AddStash() => StashCount++;

    /// <summary>Compiles a component; throws <see cref="DefinitionException"/> when it cannot be used.</summary>
    /// <param name="node">An object with one key, the component's name.</param>
    /// <param name="path">Its place.</param>
    /// <param name="depth">Components around it.</param>
    public Component Compile(ConfigNode node, ConfigPath path, int depth = 0)
    {
        if (depth > MaxDepth)
            throw new DefinitionException(node.Position, path, $"components are nested more than {MaxDepth} levels deep");
        if (node.Kind != ConfigKind.Object)
            throw new DefinitionException(node.Position, path, $"expected an object with one component, not {ConfigText.Describe(path.MemberName, node)}");

        var names = node.Members.Select(static m => m.Name).Distinct(StringComparer.Ordinal).ToArray();
        if (names.Length != 1)
            throw new DefinitionException(node.Position, path, $"parse: expected one modifier, received {names.Length}: {string.Join(", ", names.Take(8).Select(ConfigText.Quote))}{Hint(names)}");
        var member = node.Members[^1];
        if (!s_components.TryGetValue(member.Name, out var compile))
            throw new DefinitionException(member.NamePosition, path, $"parse: unknown modifier: {ConfigText.Inline(member.Name)}{Advice(member.Name)}");

        var place = path.Member(member.Name);
        if (member.Value.Kind != ConfigKind.Object)
            throw new DefinitionException(member.Value.Position, place, $"expected an object, not {ConfigText.Describe(member.Name, member.Value)}");
        var definition = new Definition(member.Value, place, this, depth);
        var component = compile(definition);
        definition.ReportUnknown();
        return component;
    }

    private static string Hint(string[] names) => names.Length == 0 ? ""
        : names.Any(ConfigBinder.IsMetadata) ? "; comments belong inside the component"
        : "; put several into a \"fifo.Group\"";

    private static string Advice(string name) =>
        s_advice.TryGetValue(name, out var advice) ? $"; {advice}" : NearestName.Suggest(name, s_components.Keys);
}
