using System.Text;

namespace Gateway.CommandLine;

/// <summary>Colours of standard output, as terminals number them.</summary>
internal enum Paint
{
    /// <summary>The terminal's own.</summary>
    None = 0,
    /// <summary>What matters less.</summary>
    Dim = 2,
    /// <summary>What is wrong, or gone.</summary>
    Red = 31,
    /// <summary>What is well, or new.</summary>
    Green = 32,
    /// <summary>What to look at.</summary>
    Yellow = 33,
    /// <summary>Where something is.</summary>
    Cyan = 36,
    /// <summary>What must not stay.</summary>
    OnRed = 41,
}

/// <summary>
/// The two output streams (CFG-207): results on standard output; progress, dumps, warnings and errors on standard error.
/// Colours only where a person watches: on a terminal, unless <c>NO_COLOR</c> is set (CFG-208).
/// </summary>
internal sealed class Terminal
{
    private readonly Stream _out = StandardStreams.Output();
    private readonly Stream _error = StandardStreams.Error();
    private readonly bool _hasColours = !Console.IsErrorRedirected && WantsColours;
    private readonly bool _hasOutColours = !Console.IsOutputRedirected && WantsColours;

    private static bool WantsColours => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether a person watches standard output and wants colours.</summary>
    public bool HasOutColours => _hasOutColours;

    /// <summary>Writes to standard output as it is.</summary>
    public void Out(string text) => Write(_out, text);

    /// <summary>Writes to standard error as it is.</summary>
    public void Error(string text) => Write(_error, text);

    /// <summary>A text in red for standard error.</summary>
    public string Red(string text) => _hasColours ? $"\e[1;31m{text}\e[0m" : text;

    /// <summary>A text in yellow for standard error.</summary>
    public string Yellow(string text) => _hasColours ? $"\e[1;33m{text}\e[0m" : text;

    /// <summary>A text in green for standard error.</summary>
    public string Green(string text) => _hasColours ? $"\e[1;32m{text}\e[0m" : text;

    /// <summary>A text in a colour for standard output.</summary>
    public string Painted(Paint paint, string text) => _hasOutColours && paint != Paint.None ? $"\e[{(int)paint}m{text}\e[0m" : text;

    private static void Write(Stream stream, string text)
    {
        try
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The stream was closed, by its reader or before the start: there is nobody left to tell.
        }
    }
}
