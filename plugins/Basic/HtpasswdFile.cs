using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Basic;

/// <summary>A file of <c>user:hash</c> lines (AUT-109). Read once per load and needed no more (AUT-110).</summary>
internal static class HtpasswdFile
{
    private const long Largest = 64L << 20;

    /// <summary>Its users with their hashes, not yet checked; <see langword="null"/> after an error was reported.</summary>
    public static Dictionary<string, string>? Read(BasicSettings settings, ConfigDiagnostics diagnostics)
    {
        var path = settings.HtpasswdPath;
        try
        {
            if (new FileInfo(path).Length > Largest)
            {
                settings.Source!.Error(diagnostics, "htpasswd_path", $"{ConfigText.Quote(path)} is larger than {Largest >> 20} MiB");
                return null;
            }
            return Parse(path, File.ReadAllText(path), diagnostics);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            settings.Source!.Error(diagnostics, "htpasswd_path", $"{ConfigText.Quote(path)} cannot be read: {ConfigText.Inline(exception.Message)}");
            return null;
        }
    }

    private static Dictionary<string, string>? Parse(string path, string text, ConfigDiagnostics diagnostics)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        var good = true;
        var number = 0;
        foreach (var line in text.EnumerateLines())
        {
            number++;
            var entry = line.Trim();
            if (entry.IsEmpty || entry[0] == '#')
                continue;
            var colon = entry.IndexOf(':');
            if (colon <= 0)
                Fail("expected user:hash");
            else if (!users.TryAdd(entry[..colon].ToString(), entry[(colon + 1)..].ToString()))
                Fail($"the user {ConfigText.Quote(entry[..colon].ToString())} stands in the file twice");

            void Fail(string message)
            {
                diagnostics.Error(new SourcePosition(path, number, 1), "", message);
                good = false;
            }
        }
        return good ? users : null;
    }
}
