namespace Gateway.Packages;

/// <summary>A package, a feed or a folder cannot be used; <see cref="Exception.Message"/> is a sentence for the person who wanted it.</summary>
internal sealed class PackageException(string message) : Exception(message);
