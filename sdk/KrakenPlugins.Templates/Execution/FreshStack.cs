using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace KrakenPlugins.Templates.Execution;

/// <summary>
/// Continues on another thread's stack when this one's is used up, while this thread waits. Ten thousand calls of templates within
/// each other need more stack than the threads of the pool have.
/// </summary>
internal static class FreshStack
{
    private const int Size = 16 * 1024 * 1024;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TemplateValue Evaluate(Pipe pipe, Rendering run, TemplateValue dot)
    {
        TemplateValue value = default;
        Continue(() => value = pipe.Evaluate(run, dot));
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Flow Execute(StatementList list, Rendering run, TemplateValue dot)
    {
        var flow = Flow.Next;
        Continue(() => flow = list.Execute(run, dot));
        return flow;
    }

    private static void Continue(Action step)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    step();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            Size)
        {
            IsBackground = true,
            Name = "template",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
