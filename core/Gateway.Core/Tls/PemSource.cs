namespace Gateway.Core.Tls;

/// <summary>What one file or one pair of files holds, as it was when it could last be read.</summary>
/// <typeparam name="T">What is read.</typeparam>
/// <param name="paths">The files.</param>
/// <param name="read">Reads them; throws <see cref="PemException"/>.</param>
internal sealed class PemSource<T>(IReadOnlyList<string> paths, Func<T> read) where T : class
{
    /// <summary>The files.</summary>
    public IReadOnlyList<string> Paths { get; } = paths;

    /// <summary>What they hold; <see langword="null"/> until they could be read.</summary>
    public T? Value { get; private set; }

    /// <summary>Reads again; what cannot be read keeps its value. Returns why not, or <see langword="null"/>.</summary>
    public string? Refresh()
    {
        try
        {
            Value = read();
            return null;
        }
        catch (PemException exception)
        {
            return exception.Message;
        }
    }
}
