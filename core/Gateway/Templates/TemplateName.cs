using System.Diagnostics.CodeAnalysis;
using Gateway.Packages;

namespace Gateway.Templates;

/// <summary>The name of a plugin that is to be made: <c>Acme.Audit</c>, or as plugins are called elsewhere, <c>my-plugin</c>.</summary>
internal sealed class TemplateName
{
    private const int Longest = 64;

    private TemplateName(string id, string[] parts)
    {
        Id = id;
        Project = string.Join('.', parts);
        Class = parts[^1];
    }

    /// <summary>Id of the plugin: the name in lower case.</summary>
    public string Id { get; }

    /// <summary>Project, assembly and C# namespace: each part begins with a capital, and so does what follows a <c>-</c>.</summary>
    public string Project { get; }

    /// <summary>What the classes' names begin with: the last part of the project's.</summary>
    public string Class { get; }

    /// <summary>Namespace under <c>extra_config</c> when none is asked for.</summary>
    public string Namespace => Id.Replace('.', '/');

    /// <summary>Reads a name.</summary>
    /// <param name="text">As it was typed.</param>
    /// <param name="name">The name.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TemplateName? name, [NotNullWhen(false)] out string? fault)
    {
        name = null;
        fault = null;
        var parts = text.Split('.');
        if (text.Length > Longest)
            fault = $"it has more than {Longest} characters";
        else if (parts.FirstOrDefault(static p => !IsPart(p)) is { } part)
            fault = $"\"{part}\" begins with no letter, or has something else than letters, digits, '_' and single '-' inside; a name is like Acme.Audit or my-plugin";
        else if (parts.FirstOrDefault(PackagePaths.IsDevice) is { } device)
            fault = $"\"{device}\" is the name of a device on some systems";
        else
            name = new(text.ToLowerInvariant(), [.. parts.Select(Identifier)]);
        return name is not null;
    }

    private static bool IsPart(string part) =>
        part.Length > 0 && char.IsAsciiLetter(part[0]) && part[^1] != '-' && !part.Contains("--", StringComparison.Ordinal)
        && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    // With a capital at its beginning no part is a keyword.
    private static string Identifier(string part) => string.Concat(part.Split('-').Select(static w => char.ToUpperInvariant(w[0]) + w[1..]));
}
