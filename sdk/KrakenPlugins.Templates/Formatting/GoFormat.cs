namespace KrakenPlugins.Templates;

using KrakenPlugins.Templates.Formatting;

/// <summary>
/// Texts of values as Go's <c>fmt</c> and <c>strconv</c> give them, with the engine's two deviations: integral numbers print as plain
/// digits, and <c>%d</c> takes integral floating-point numbers.
/// </summary>
/// <remarks>Every method fails with a <see cref="TemplateFunctionException"/> when the text becomes longer than 64 Mi UTF-16 code units.</remarks>
public static class GoFormat
{
    private const int MaximumLength = 64 * 1024 * 1024;
    private const int KeptLength = 64 * 1024;

    [ThreadStatic]
    private static TextBuffer? t_buffer;

    /// <summary>The text of one value as <c>%v</c> prints it; nothing is <c>&lt;nil&gt;</c>.</summary>
    public static string Print(TemplateValue value)
    {
        if (value.Kind == TemplateKind.String) return value.AsString;
        return Print([value]);
    }

    /// <summary>Go's <c>fmt.Sprint</c>: spaces between operands of which neither is a text.</summary>
    public static string Print(ReadOnlySpan<TemplateValue> values)
    {
        var buffer = Rent();
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (i > 0 && values[i].Kind != TemplateKind.String && values[i - 1].Kind != TemplateKind.String) buffer.Append(' ');
                Formatter.Print(buffer, values[i]);
            }
            return buffer.ToString();
        }
        catch (TextLimitException e)
        {
            throw new TemplateFunctionException(e.Message, e);
        }
        finally
        {
            Return(buffer);
        }
    }

    /// <summary>Go's <c>fmt.Sprintln</c>: spaces between all operands and a line feed at the end.</summary>
    public static string PrintLine(ReadOnlySpan<TemplateValue> values)
    {
        var buffer = Rent();
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (i > 0) buffer.Append(' ');
                Formatter.Print(buffer, values[i]);
            }
            buffer.Append('\n');
            return buffer.ToString();
        }
        catch (TextLimitException e)
        {
            throw new TemplateFunctionException(e.Message, e);
        }
        finally
        {
            Return(buffer);
        }
    }

    /// <summary>Go's <c>fmt.Sprintf</c>. Mistakes in the format show in the text, such as <c>%!d(string=x)</c>; they are no failures.</summary>
    public static string Format(string format, ReadOnlySpan<TemplateValue> arguments)
    {
        ArgumentNullException.ThrowIfNull(format);
        var buffer = Rent();
        try
        {
            Formatter.Print(buffer, format, arguments);
            return buffer.ToString();
        }
        catch (TextLimitException e)
        {
            throw new TemplateFunctionException(e.Message, e);
        }
        finally
        {
            Return(buffer);
        }
    }

    /// <summary>Go's <c>strconv.Quote</c>: a text as a literal between double quotation marks.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var buffer = Rent();
        try
        {
            GoQuote.Append(buffer, text, '"', asciiOnly: false);
            return buffer.ToString();
        }
        catch (TextLimitException e)
        {
            throw new TemplateFunctionException(e.Message, e);
        }
        finally
        {
            Return(buffer);
        }
    }

    // An object may print with the help of these methods, so a buffer in use is not taken again.
    private static TextBuffer Rent()
    {
        var buffer = t_buffer ?? new TextBuffer(MaximumLength);
        t_buffer = null;
        return buffer;
    }

    private static void Return(TextBuffer buffer)
    {
        if (buffer.Length > KeptLength) return;
        buffer.Truncate(0);
        t_buffer = buffer;
    }
}
