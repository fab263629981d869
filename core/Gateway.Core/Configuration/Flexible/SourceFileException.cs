namespace Gateway.Core.Configuration.Flexible;

/// <summary>A file or folder of the configuration cannot be read, or must not be.</summary>
/// <param name="path">As configured.</param>
/// <param name="reason">Why; names the absolute path where that helps (CFG-142).</param>
internal sealed class SourceFileException(string path, string reason) : Exception($"{path}: {reason}")
{
    public string Path { get; } = path;

    public string Reason { get; } = reason;
}
