using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// The templates of one load with their functions, and the files that they came from. What a template does wrong is said with the
/// place in its file.
/// </summary>
internal sealed class TemplateLibrary : IDisposable
{
    private readonly TemplateSet _templates;
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly Partials _partials;
    private readonly FlexibleLimits _limits;
    private readonly CancellationTokenSource _time;
    private TemplateValue _dot = TemplateValue.From(new TemplateMap());

    /// <summary>An empty library.</summary>
    /// <param name="partials">What <c>include</c> inserts.</param>
    /// <param name="missingKey">What a name that does not exist in a map gives.</param>
    /// <param name="environment">What <c>env</c> reads.</param>
    /// <param name="limits">The bounds; the time for rendering begins here.</param>
    public TemplateLibrary(Partials partials, MissingKey missingKey, Func<string, string?> environment, FlexibleLimits limits)
    {
        var functions = new FunctionTable();
        SprigFunctions.AddTo(functions, new SprigEnvironment { Environment = environment });
        functions.Add(partials.Include);
        _templates = new TemplateSet(new TemplateOptions { Functions = functions, MissingKey = missingKey, MaximumOutput = limits.OutputChars });
        _partials = partials;
        _limits = limits;
        _time = new CancellationTokenSource(limits.RenderTime);
    }

    /// <summary>Sets what every template that is rendered sees as its dot.</summary>
    public void UseSettings(ConfigNode settings) => _dot = SettingsValues.Of(settings);

    /// <summary>Adds a template; one of the same name is replaced.</summary>
    /// <param name="name">How others call it.</param>
    /// <param name="path">Its file, as configured.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="TemplateException">Its syntax is bad.</exception>
    public void Add(string name, string path, string text)
    {
        _files[name] = path;
        _templates.Add(name, text);
    }

    /// <summary>Renders a file that no template calls; <see langword="null"/> after an error.</summary>
    public RenderedText? RenderFile(string path, string text, ConfigDiagnostics diagnostics)
    {
        // Its path names it, which nothing else is called: names of templates have no folders.
        var name = path.Contains('/', StringComparison.Ordinal) ? path : "./" + path;
        try
        {
            Add(name, path, text);
            return Render(name, diagnostics);
        }
        catch (TemplateException e)
        {
            diagnostics.Error(PositionOf(e), "", MessageOf(e));
            return null;
        }
    }

    /// <summary>Renders a template; <see langword="null"/> after an error.</summary>
    public RenderedText? Render(string name, ConfigDiagnostics diagnostics)
    {
        try
        {
            var output = new TemplateOutput(recordSources: true);
            _templates.Render(name, _dot, output, _time.Token);
            var text = output.ToString();
            return new(text, new SourceMap(text, Pieces(text, output.Sources), new(_files[name], 0, 0)));
        }
        catch (TemplateException e)
        {
            diagnostics.Error(PositionOf(e), "", MessageOf(e));
        }
        catch (OperationCanceledException)
        {
            diagnostics.Error(new(_files[name], 0, 0), "", $"the templates take longer than {_limits.RenderTime.TotalSeconds:0} seconds to render");
        }
        return null;
    }

    /// <summary>Where an error is, in the file.</summary>
    public SourcePosition PositionOf(TemplateException failure) =>
        new(_files.GetValueOrDefault(failure.Template, failure.Template), failure.Line, failure.Column);

    /// <summary>What is wrong, without the place that the engine puts before it.</summary>
    public static string MessageOf(TemplateException failure)
    {
        var message = failure.Message;
        var start = $"template: {failure.Template}:";
        if (!message.StartsWith(start, StringComparison.Ordinal))
            return message;
        var at = start.Length;
        while (at < message.Length && (char.IsAsciiDigit(message[at]) || message[at] is ':' or ' '))
            at++;
        return message[at..];
    }

    public void Dispose() => _time.Dispose();

    /// <summary>The stretches of a rendered text; what is a partial as a whole leads into the partial.</summary>
    private RenderedPiece[] Pieces(string text, IReadOnlyList<TemplateSource> sources)
    {
        var pieces = new RenderedPiece[sources.Count];
        for (var i = 0; i < pieces.Length; i++)
        {
            var source = sources[i];
            var end = i + 1 < pieces.Length ? sources[i + 1].Offset : text.Length;
            var partial = source.IsText ? null : _partials.PathOf(text[source.Offset..end]);
            pieces[i] = partial is null
                ? new(source.Offset, new(_files.GetValueOrDefault(source.Template, source.Template), source.Line, source.Column), source.IsText)
                : new(source.Offset, new(partial, 1, 1), IsVerbatim: true);
        }
        return pieces;
    }
}
