using System.Globalization;
using System.Runtime.CompilerServices;
using KrakenPlugins.Templates.Syntax;

namespace KrakenPlugins.Templates.Execution;

/// <summary>One rendering: where it stands, its variables, and what is left of its limits.</summary>
internal sealed partial class Rendering
{
    private const int StepsBetweenChecks = 4096;
    private const int CharactersPerStep = 64;
    private const int KeptValues = 4096;

    [ThreadStatic]
    private static Rendering? t_idle;

    private TemplateValue[] _stack = new TemplateValue[64];
    private int _top;
    private int _highest;
    private int _frame;
    private int _depth;
    private long _stepsLeft;
    private int _stepsUntilCheck;
    private TemplateBody _body = null!;
    private TemplateOptions _options = null!;
    private TemplateOutput _output = null!;
    private CancellationToken _cancellation;

    private Rendering()
    {
    }

    /// <summary>What is being evaluated; errors are reported there.</summary>
    public Node At { get; set; } = null!;

    /// <summary>Renders a template. On failure the output is as long as it was.</summary>
    public static void Render(TemplateBody body, in TemplateValue dot, TemplateOptions options, TemplateOutput output, CancellationToken cancellation)
    {
        var run = t_idle ?? new Rendering();
        t_idle = null;
        var start = output.Begin(options.MaximumOutput);
        try
        {
            run.Begin(options, output, cancellation);
            run.RunTop(body, dot);
        }
        catch
        {
            output.Abandon(start);
            throw;
        }
        run.End();
        t_idle = run;
    }

    /// <summary>Counts a step; from time to time looks at the limit of steps and at cancellation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        if (--_stepsUntilCheck < 0) CheckSteps();
    }

    /// <summary>The error for a failure where the rendering stands.</summary>
    public TemplateException Fail(string message, Exception? cause = null)
    {
        var text = _body.Text;
        var full = $"template: {text.Place(At.Position)}: executing {GoFormat.Quote(_body.Name)} at <{At}>: {message}";
        return new TemplateException(full, text.Name, text.LineOf(At.Position), text.ColumnOf(At.Position), cause);
    }

    public TemplateValue GetVariable(int slot, string name)
    {
        if (slot < 0) throw Fail("undefined variable: " + name);
        return _stack[_frame + slot];
    }

    public void SetVariable(int slot, string name, in TemplateValue value)
    {
        if (slot < 0) throw Fail("undefined variable: " + name);
        _stack[_frame + slot] = value;
    }

    public void Write(TextStatement statement, string text)
    {
        _output.Record(_body.Text, statement.Position, isText: true);
        _output.Buffer.Append(text);
    }

    /// <summary>Writes a value as actions do: nothing is <c>&lt;no value&gt;</c>.</summary>
    public void Write(ActionStatement statement, in TemplateValue value)
    {
        if (value.Kind == TemplateKind.Object && value.AsObject is TemplateFunction)
            throw Fail($"can't print {statement} of type {value.TypeName}");
        _output.Record(_body.Text, statement.Position, isText: false);
        if (value.IsNothing) _output.Buffer.Append("<no value>");
        else Formatting.Formatter.Print(_output.Buffer, value);
    }

    public void RefuseDeeper()
    {
        if (_depth >= _options.MaximumDepth)
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"exceeded maximum template depth ({_options.MaximumDepth})"));
    }

    /// <summary>Runs a template with variables of its own, <c>$</c> and dot being the value.</summary>
    public void Run(TemplateBody body, in TemplateValue value)
    {
        var (callerBody, callerFrame, callerTop) = (_body, _frame, _top);
        _body = body;
        _frame = _top;
        Push(body.Variables);
        _stack.AsSpan(_frame, body.Variables).Clear();
        _stack[_frame] = value;
        _depth++;
        body.Root.Execute(this, value);
        _depth--;
        (_body, _frame, _top) = (callerBody, callerFrame, callerTop);
    }

    private void RunTop(TemplateBody body, in TemplateValue dot)
    {
        _body = body;
        try
        {
            Run(body, dot.Unboxed());
        }
        catch (Exception e) when (e is Formatting.TextLimitException or TemplateFunctionException)
        {
            throw Fail(e.Message, e);
        }
    }

    private void Begin(TemplateOptions options, TemplateOutput output, CancellationToken cancellation)
    {
        _options = options;
        _output = output;
        _cancellation = cancellation;
        _top = _frame = 0;
        _depth = -1;
        _stepsLeft = options.MaximumSteps;
        _stepsUntilCheck = 0;
    }

    /// <summary>Lets go of everything, so that the next rendering of the thread can use the object.</summary>
    private void End()
    {
        if (_stack.Length > KeptValues) _stack = new TemplateValue[64];
        else _stack.AsSpan(0, _highest).Clear();
        _highest = 0;
        _body = null!;
        _options = null!;
        _output = null!;
        At = null!;
        _cancellation = default;
    }

    private void CheckSteps()
    {
        _cancellation.ThrowIfCancellationRequested();
        // What was taken beyond the last grant.
        _stepsLeft += _stepsUntilCheck + 1;
        if (_stepsLeft <= 0)
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"the template takes more than {_options.MaximumSteps} steps"));
        _stepsUntilCheck = (int)Math.Min(StepsBetweenChecks, _stepsLeft) - 1;
        _stepsLeft -= _stepsUntilCheck + 1;
    }

    /// <summary>Puts so many values on the stack; what they are is up to the caller.</summary>
    private void Push(int count)
    {
        _top += count;
        _highest = Math.Max(_highest, _top);
        if (_top > _stack.Length) Array.Resize(ref _stack, Math.Max(_top, _stack.Length * 2));
    }
}
