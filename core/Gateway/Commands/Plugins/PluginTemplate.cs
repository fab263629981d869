using System.Text;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins;

/// <summary>Makes projects of plugins from the templates beside the executable; sdk/templates/README.md says how they are written.</summary>
/// <param name="root">Folder with <c>common</c>, <c>kinds</c> and, where projects carry a library with them, <c>library</c>.</param>
internal sealed class PluginTemplate(string root)
{
    private const int LongestName = 64;
    private const string InProcess = "\"runtime\": \"dotnet\"";

    private static readonly HashSet<string> s_keywords = new(
        """
        abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float
        for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return
        sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    private static readonly HashSet<string> s_devices = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(static n => new[] { $"com{n}", $"lpt{n}" })], StringComparer.OrdinalIgnoreCase);

    /// <summary>The kinds that there are, sorted.</summary>
    public IReadOnlyList<string> Kinds => Directory.Exists(Path.Combine(root, "kinds"))
        ? [.. Directory.GetDirectories(Path.Combine(root, "kinds")).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Whether plugins of a kind handle a namespace of <c>extra_config</c>.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    public bool HasNamespace(string kind) => Manifest(kind).Contains("acme/sample", StringComparison.Ordinal);

    /// <summary>Whether plugins of a kind can run in a process of their own: encodings cannot.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    public bool MayBeProcess(string kind) => !Manifest(kind).Contains("\"encodings\"", StringComparison.Ordinal);

    /// <summary>Why a name cannot be a plugin's, or <see langword="null"/>.</summary>
    public static string? FaultOf(string name)
    {
        if (name.Length is 0 or > LongestName)
            return $"a name has 1 to {LongestName} characters";
        foreach (var part in name.Split('.'))
        {
            if (part.Length == 0 || !(char.IsAsciiLetter(part[0]) || part[0] == '_') || !part.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                var words = name.Split(['-', ' ', '/'], StringSplitOptions.RemoveEmptyEntries);
                var near = string.Concat(words.Select(static w => char.ToUpperInvariant(w[0]) + w[1..]));
                return $"{ConfigText.Quote(name)} is no name: identifiers with dots between, such as Acme.Audit{(words.Length > 1 && FaultOf(near) is null ? $"; did you mean {near}?" : "")}";
            }
            if (s_keywords.Contains(part))
                return $"{ConfigText.Quote(name)} is no name: \"{part}\" is a word of C#";
            if (s_devices.Contains(part))
                return $"{ConfigText.Quote(name)} is no name: \"{part}\" is a device on Windows";
        }
        return name.StartsWith('.') ? "a name does not begin with a dot" : null;
    }

    /// <summary>Writes the project of a kind into a folder, which must be empty or absent: all of it, or nothing.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="name">The plugin's name, judged by <see cref="FaultOf"/>.</param>
    /// <param name="space">Its namespace under <c>extra_config</c>, or <see langword="null"/> for one made of the name.</param>
    /// <param name="isProcess">Whether a plugin that could run in the gateway's process is to run in one of its own.</param>
    /// <param name="target">Where to.</param>
    /// <returns>The files, relative to the folder; what its library consists of counts as one.</returns>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    public IReadOnlyList<string> Write(string kind, string name, string? space, bool isProcess, string target)
    {
        target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
            throw new IOException($"{target} exists and is not empty");
        var tokens = Tokens(name, space, isProcess);
        var parent = Directory.CreateDirectory(Path.GetDirectoryName(target)!).FullName;
        var work = Path.Combine(parent, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            var files = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var source in new[] { Path.Combine(root, "common"), Path.Combine(root, "kinds", kind) })
                Copy(source, work, tokens, files);
            if (Directory.Exists(Path.Combine(root, "library")))
                CopyLibrary(Path.Combine(root, "library"), work, files);
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(work, target);
            return [.. files];
        }
        finally
        {
            if (Directory.Exists(work))
                Directory.Delete(work, recursive: true);
        }
    }

    private string Manifest(string kind) => File.ReadAllText(Directory.EnumerateFiles(Path.Combine(root, "kinds", kind), PluginManifest.FileName, SearchOption.AllDirectories).Single());

    private static void Copy(string source, string target, IReadOnlyList<(string Token, string Text)> tokens, SortedSet<string> files)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(source, file).Replace('\\', '/');
            if (relative.StartsWith(".template.config/", StringComparison.Ordinal))
                continue;
            var path = Replace(relative, tokens);
            var full = Path.Combine(target, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, Replace(File.ReadAllText(file), tokens));
            files.Add(path);
        }
    }

    // As it is: what looks like a token there is none.
    private static void CopyLibrary(string source, string target, SortedSet<string> files)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(source, file).Replace('\\', '/');
            var full = Path.Combine(target, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.Copy(file, full);
            files.Add($"{relative.Split('/')[0]}/");
        }
    }

    private static IReadOnlyList<(string Token, string Text)> Tokens(string name, string? space, bool isProcess)
    {
        var lower = name.ToLowerInvariant();
        (string Token, string Text)[] tokens =
        [
            ("Acme.Sample", name), ("acme.sample", lower), ("acme/sample", space ?? lower.Replace('.', '/')), ("Sample", name[(name.LastIndexOf('.') + 1)..]),
            ("0.0.0-sdk", SharedAssemblies.SdkVersion.ToString()), ("[0.0.0-sdk,)", $"[{SharedAssemblies.SdkVersion},{SharedAssemblies.SdkVersion.Major + 1}.0)"),
            (InProcess, isProcess ? InProcess.Replace("dotnet", "process", StringComparison.Ordinal) : InProcess),
        ];
        return [.. tokens.OrderByDescending(static t => t.Token.Length)];
    }

    // In one pass, so that what was put in is not replaced again.
    private static string Replace(string text, IReadOnlyList<(string Token, string Text)> tokens)
    {
        var replaced = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var (token, value) = tokens.FirstOrDefault(t => string.CompareOrdinal(text, at, t.Token, 0, t.Token.Length) == 0);
            replaced.Append(token is null ? text[at].ToString() : value);
            at += token?.Length ?? 1;
        }
        return replaced.ToString();
    }
}
