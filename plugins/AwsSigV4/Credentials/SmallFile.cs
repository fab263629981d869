namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>Reads files of tokens and profiles.</summary>
internal static class SmallFile
{
    /// <summary>The text, or why it cannot be had.</summary>
    public static async ValueTask<(string? Text, string? Problem)> ReadAsync(string file, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(file).Length > maxBytes)
                return (null, $"{file} is larger than {maxBytes >> 10} KiB");
            return (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"{file} cannot be read: {exception.Message}");
        }
    }
}
