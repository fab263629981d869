using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Builds objects out of keys whose dots open them.</summary>
/// <param name="start">Where the document begins.</param>
/// <param name="buildsArrays">Whether an object whose names are 0, 1, 2 … is a list.</param>
internal sealed class DottedTree(SourcePosition start, bool buildsArrays)
{
    /// <summary>Levels of nesting that a document may have.</summary>
    public const int DeepestNesting = 1_000;

    private readonly Branch _root = new(start);

    /// <summary>Puts a value in its place; a later value of the same key replaces it.</summary>
    /// <param name="path">Names from the root; none is empty.</param>
    /// <param name="position">Where the key stands.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="SourceTextException">A value and an object have one key, or the path is too long.</exception>
    public void Set(IReadOnlyList<string> path, SourcePosition position, ConfigNode value)
    {
        var branch = Open(path, path.Count - 1, position);
        if (branch.Members.TryGetValue(path[^1], out var present) && present.Branch is not null)
            throw new SourceTextException(position, $"{Key(path, path.Count)} has a value here, but it is an object since line {present.Position.Line}");
        branch.Members[path[^1]] = new Member(position, null, value);
    }

    /// <summary>Makes an object, if only an empty one.</summary>
    public void Open(IReadOnlyList<string> path, SourcePosition position) => Open(path, path.Count, position);

    /// <summary>The root.</summary>
    /// <exception cref="SourceTextException">A list lacks an element.</exception>
    public ConfigNode ToNode() => ToNode(_root, "");

    private Branch Open(IReadOnlyList<string> path, int count, SourcePosition position)
    {
        if (path.Count > DeepestNesting)
            throw new SourceTextException(position, $"more than {DeepestNesting} levels of nesting");
        var branch = _root;
        for (var i = 0; i < count; i++)
        {
            if (!branch.Members.TryGetValue(path[i], out var member))
                branch.Members.Add(path[i], member = new Member(position, new Branch(position), null));
            branch = member.Branch
                ?? throw new SourceTextException(position, $"{Key(path, i + 1)} is an object here, but it has a value since line {member.Position.Line}");
        }
        return branch;
    }

    private ConfigNode ToNode(Branch branch, string path)
    {
        if (buildsArrays && branch.Members.ContainsKey("0") && branch.Members.Keys.All(IsIndex))
            return ToArray(branch, path);
        var members = new List<ConfigMember>(branch.Members.Count);
        foreach (var (name, member) in branch.Members)
            members.Add(new ConfigMember(name, member.Position, ToNode(member, path, name)));
        return ConfigNode.Object(branch.Position, members.ToArray());
    }

    private ConfigNode ToArray(Branch branch, string path)
    {
        var items = new ConfigNode[branch.Members.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            if (!branch.Members.TryGetValue(name, out var member))
                throw new SourceTextException(branch.Position, $"the list {ConfigText.Quote(path)} lacks the element {name}; elements count from 0 without a gap");
            items[i] = ToNode(member, path, name);
        }
        return ConfigNode.Array(branch.Position, items);
    }

    private ConfigNode ToNode(Member member, string path, string name) =>
        member.Value ?? ToNode(member.Branch!, path.Length == 0 ? name : $"{path}.{name}");

    private static bool IsIndex(string name) => name.Length is > 0 and < 8 && name.All(char.IsAsciiDigit) && (name.Length == 1 || name[0] != '0');

    private static string Key(IReadOnlyList<string> path, int count) => ConfigText.Quote(string.Join('.', path.Take(count)));

    private sealed class Branch(SourcePosition position)
    {
        public SourcePosition Position => position;

        public OrderedDictionary<string, Member> Members { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Member(SourcePosition Position, Branch? Branch, ConfigNode? Value);
}
