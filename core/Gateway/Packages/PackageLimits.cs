namespace Gateway.Packages;

/// <summary>What a package may cost before anything is known of it.</summary>
internal static class PackageLimits
{
    /// <summary>Bytes of a package file, and of a download.</summary>
    public const long Packed = 256L << 20;

    /// <summary>Bytes of all files together.</summary>
    public const long Unpacked = 512L << 20;

    /// <summary>Files and folders.</summary>
    public const int Entries = 10_000;

    /// <summary>Unpacked bytes for each packed one; packages of less than <see cref="RatioFrom"/> unpacked may exceed it.</summary>
    public const int Ratio = 200;

    /// <summary>Unpacked bytes from which <see cref="Ratio"/> counts.</summary>
    public const long RatioFrom = 1L << 20;

    /// <summary>Bytes of a manifest, a nuspec and of a feed's answers other than packages.</summary>
    public const int Document = 1 << 20;

    /// <summary>Time for one answer of a feed, body included.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(30);
}
