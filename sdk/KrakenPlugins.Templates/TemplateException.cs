namespace KrakenPlugins.Templates;

/// <summary>A template that does not parse or cannot be rendered. The message is Go's: <c>template: name:line:column: …</c>.</summary>
public sealed class TemplateException : Exception
{
    internal TemplateException(string message, string template, int line, int column, Exception? innerException = null)
        : base(message, innerException)
    {
        Template = template;
        Line = line;
        Column = column;
    }

    /// <summary>The name under which the text with the error was added; of a template that does not exist, the name that was asked for.</summary>
    public string Template { get; }

    /// <summary>The line of the error, from 1; 0 when the error has no place.</summary>
    public int Line { get; }

    /// <summary>The column of the error in UTF-16 code units, from 1; 0 when the error has no place. (The message counts bytes from 0, as Go does.)</summary>
    public int Column { get; }
}
