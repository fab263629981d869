namespace KrakenPlugins.Templates;

/// <summary>
/// A function cannot do its work. The rendering ends with a <see cref="TemplateException"/> of the form
/// <c>template: name:line:column: executing "name" at &lt;expression&gt;: error calling function: message</c>.
/// </summary>
public sealed class TemplateFunctionException : Exception
{
    /// <summary>A failure with its reason.</summary>
    public TemplateFunctionException(string message) : base(message)
    {
    }

    /// <summary>A failure with its reason and what caused it.</summary>
    public TemplateFunctionException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
