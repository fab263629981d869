namespace PluginDocs;

/// <summary>What cannot be documented, with its file and what to do.</summary>
public sealed class DocsException(string message) : Exception(message);
