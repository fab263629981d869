using System.Text;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// The files and folders of one load: reads them within bounds, keeps what is confined inside of its folders, and remembers what was
/// read or looked for. Relative paths start at the working directory (CFG-139).
/// </summary>
internal sealed class SourceFiles
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly SortedSet<string> _all = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _confine;
    private readonly FlexibleLimits _limits;
    private string? _workingDirectory;
    private string? _result;
    private long _totalBytes;
    private int _files;

    /// <summary>Starts a load.</summary>
    /// <param name="workingDirectory">Absolute; <see langword="null"/> for that of the process.</param>
    /// <param name="confine">Folders that everything must lie in; empty: no limit.</param>
    /// <param name="limits">The bounds.</param>
    public SourceFiles(string? workingDirectory, IReadOnlyList<string> confine, FlexibleLimits limits)
    {
        _workingDirectory = workingDirectory;
        _limits = limits;
        _confine = confine;
    }

    /// <summary>Absolute paths of what was read or looked for, in ordinal order.</summary>
    public IReadOnlyList<string> All => [.. _all];

    /// <summary>Whether files must lie in certain folders.</summary>
    public bool IsConfined => _confine.Count > 0;


    /// <summary>The absolute form of a path.</summary>
    /// <exception cref="SourceFileException">It is no path.</exception>
    public string Absolute(string path)
    {
        if (path.Length == 0)
            throw new SourceFileException(path, "the path is empty");
        try
        {
            return Path.IsPathFullyQualified(path) ? Path.GetFullPath(path) : Path.GetFullPath(path, _workingDirectory ??= Environment.CurrentDirectory);
        }
        catch (IOException)
        {
            throw new SourceFileException(path, "the working directory does not exist any more");
        }
        catch (ArgumentException)
        {
            throw new SourceFileException(path, "this is no valid path");
        }
    }

    /// <summary>Names the file that receives the result, which is no source wherever it lies.</summary>
    /// <param name="path">As configured; empty when there is none.</param>
    public void LeaveOut(string path)
    {
        try
        {
            _result = path.Length == 0 ? null : Absolute(path);
        }
        catch (SourceFileException)
        {
            // Who writes it says so.
        }
    }

    /// <summary>Remembers a path without reading it.</summary>
    public void Note(string path)
    {
        try
        {
            _all.Add(Absolute(path));
        }
        catch (SourceFileException)
        {
            // What is no path cannot change either; who reads it says so.
        }
    }

    /// <summary>Whether a file of that path exists.</summary>
    public bool HasFile(string path)
    {
        Note(path);
        return File.Exists(Absolute(path));
    }

    /// <summary>Whether a folder of that path exists.</summary>
    public bool HasFolder(string path)
    {
        Note(path);
        return Directory.Exists(Absolute(path));
    }

    /// <summary>The content of a file of the operator's own choice, which may lie anywhere.</summary>
    /// <exception cref="SourceFileException">It cannot be read, or is too large.</exception>
    public ReadOnlyMemory<byte> ReadFree(string path)
    {
        Note(path);
        return ReadBytes(path, Absolute(path));
    }

    /// <summary>The content of a file.</summary>
    /// <exception cref="SourceFileException">It cannot be read, is too large, or lies outside of where it must.</exception>
    public ReadOnlyMemory<byte> Read(string path)
    {
        Note(path);
        return ReadBytes(path, Confined(path));
    }

    /// <summary>A content as text.</summary>
    /// <param name="path">Whose.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="keepsMark">Whether a byte-order mark stays in the text.</param>
    /// <exception cref="SourceFileException">It is not UTF-8.</exception>
    public static string Decode(string path, ReadOnlySpan<byte> content, bool keepsMark = false)
    {
        if (!keepsMark && content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            content = content[3..];
        try
        {
            return s_strictUtf8.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            var isUtf16 = content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
            throw new SourceFileException(path, isUtf16 ? "the file is UTF-16; save it as UTF-8" : "the file is no UTF-8 text");
        }
    }

    /// <summary>Names in a folder in ordinal order, without those of Kubernetes' own that begin with two dots.</summary>
    /// <exception cref="SourceFileException">It cannot be read, has too many entries, or lies outside of where it must.</exception>
    public IReadOnlyList<string> Entries(string folder)
    {
        Note(folder);
        var absolute = Confined(folder);
        try
        {
            var names = new List<string>();
            var result = _result is not null && Path.GetDirectoryName(_result) == Path.TrimEndingDirectorySeparator(Absolute(folder)) ? Path.GetFileName(_result) : null;
            foreach (var entry in Directory.EnumerateFileSystemEntries(absolute))
            {
                Count(folder);
                var name = Path.GetFileName(entry);
                if (!name.StartsWith("..", StringComparison.Ordinal) && name != result)
                    names.Add(name);
            }
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceFileException(folder, Reason(absolute, e));
        }
    }

    /// <summary>The path without links; fails when it lies outside of the folders that everything must lie in.</summary>
    /// <exception cref="SourceFileException">It does.</exception>
    public string Confined(string path)
    {
        var absolute = Absolute(path);
        if (!IsConfined)
            return absolute;
        var real = RealPath.Of(absolute);
        foreach (var folder in _confine)
        {
            if (RealPath.IsWithin(real, RealPath.Of(Absolute(folder))))
                return real;
        }
        throw new SourceFileException(path, $"lies outside of {string.Join(", ", _confine)}, where --confine wants it ({real})");
    }

    /// <summary>Fails when a path lies outside of a folder, links resolved.</summary>
    /// <exception cref="SourceFileException">It does.</exception>
    public void RequireWithin(string path, string folder)
    {
        var real = RealPath.Of(Absolute(path));
        if (!RealPath.IsWithin(real, RealPath.Of(Absolute(folder))))
            throw new SourceFileException(path, $"lies outside of {folder} ({real})");
    }

    private ReadOnlyMemory<byte> ReadBytes(string path, string absolute)
    {
        Count(path);
        try
        {
            using var file = new FileStream(absolute, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var content = new byte[Math.Min(file.CanSeek ? file.Length : 4096, _limits.FileBytes) + 1];
            var count = 0;
            for (int read; (read = file.Read(content, count, content.Length - count)) > 0;)
            {
                count += read;
                if (count > _limits.FileBytes)
                    throw new SourceFileException(path, $"the file is larger than {_limits.FileBytes >> 20} MiB");
                if (count == content.Length)
                    Array.Resize(ref content, (int)Math.Min(2L * count, _limits.FileBytes + 1L));
            }
            if ((_totalBytes += count) > _limits.TotalBytes)
                throw new SourceFileException(path, $"with it the configuration has more than {_limits.TotalBytes >> 20} MiB");
            return content.AsMemory(0, count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new SourceFileException(path, Reason(absolute, e));
        }
    }

    private void Count(string path)
    {
        if (++_files > _limits.Files)
            throw new SourceFileException(path, $"with it the configuration has more than {_limits.Files} files");
    }

    private static string Reason(string absolute, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"no such file or directory ({absolute})",
        UnauthorizedAccessException when Directory.Exists(absolute) => $"is a directory ({absolute})",
        UnauthorizedAccessException => $"permission denied ({absolute})",
        _ => e.Message,
    };
}
