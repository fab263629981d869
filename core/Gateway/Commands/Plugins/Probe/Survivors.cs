using System.Collections;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using Gateway.Core.Plugins;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>
/// Looks through the usual holders of code that ought to be gone: static fields of framework classes that keep handlers, listeners and
/// caches. It cannot see handles, stacks or native code; what it names is a hint, what it does not name may hold all the same.
/// </summary>
internal static class Survivors
{
    private const int MostObjects = 50_000;
    private const int Deepest = 12;

    private static readonly (string What, Type[] Types)[] s_holders =
    [
        ("a handler of an event of the process (AppDomain.ProcessExit, UnhandledException, AssemblyResolve …)", [typeof(AppContext), typeof(AppDomain), typeof(AssemblyLoadContext)]),
        ("a handler of TaskScheduler.UnobservedTaskException", [typeof(TaskScheduler)]),
        ("a handler of Console.CancelKeyPress, or a stream given to Console", [typeof(Console)]),
        ("an ActivityListener or an ActivitySource that was not disposed", [typeof(ActivitySource)]),
        ("a Meter or an instrument that was not disposed", [typeof(Meter), typeof(Instrument)]),
        ("a MeterListener that was not disposed", [typeof(MeterListener)]),
        ("an EventSource or EventListener that was not disposed", [typeof(EventListener), typeof(EventSource)]),
        ("a DiagnosticListener that was not disposed", [typeof(DiagnosticListener)]),
        ("the cache of System.Text.Json's default options (give the serializer options of your own)", [typeof(JsonSerializerOptions)]),
        ("the cache of TypeDescriptor", [typeof(System.ComponentModel.TypeDescriptor)]),
        ("a handler of NetworkChange", [typeof(System.Net.NetworkInformation.NetworkChange)]),
    ];

    /// <summary>The holders that lead to one of the contexts.</summary>
    public static List<string> Find(IEnumerable<WeakReference> contexts)
    {
        var wanted = contexts.Select(static c => c.Target).OfType<AssemblyLoadContext>().ToHashSet();
        var found = new List<string>();
        foreach (var (what, types) in s_holders)
        {
            if (types.SelectMany(StaticsOf).Any(value => Leads(value, wanted)))
                found.Add(what);
        }
        return found;
    }

    // The class of each and those nested in it: handlers stand in backing fields, caches in classes behind.
    private static IEnumerable<object> StaticsOf(Type type)
    {
        foreach (var owner in type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(static t => !t.ContainsGenericParameters).Prepend(type))
        {
            foreach (var field in owner.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.FieldType.IsValueType && !field.IsLiteral && field.GetValue(null) is { } value)
                    yield return value;
            }
        }
    }

    private static bool Leads(object root, HashSet<AssemblyLoadContext> wanted)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var pending = new Queue<(object Value, int Depth)>([(root, 0)]);
        while (pending.TryDequeue(out var next) && seen.Count < MostObjects)
        {
            if (!seen.Add(next.Value))
                continue;
            if (IsOf(next.Value, wanted))
                return true;
            if (next.Depth == Deepest)
                continue;
            foreach (var inner in InnerOf(next.Value))
                pending.Enqueue((inner, next.Depth + 1));
        }
        return false;
    }

    private static bool IsOf(object value, HashSet<AssemblyLoadContext> wanted)
    {
        if (value is AssemblyLoadContext or PluginCode)
            return false;
        var assembly = value switch
        {
            Type type => type.Assembly,
            Delegate handler => handler.Method.Module.Assembly,
            MemberInfo member => member.Module.Assembly,
            _ => value.GetType().Assembly,
        };
        return AssemblyLoadContext.GetLoadContext(assembly) is { } context && wanted.Contains(context);
    }

    private static IEnumerable<object> InnerOf(object value)
    {
        if (value is string or Pointer or WeakReference)
            yield break;
        if (value is Delegate handler)
        {
            foreach (var one in handler.GetInvocationList())
            {
                if (!ReferenceEquals(one, handler))
                    yield return one;
                if (one.Target is { } target)
                    yield return target;
            }
            yield break;
        }
        if (value is Array array)
        {
            if (!array.GetType().GetElementType()!.IsPrimitive)
            {
                foreach (var element in (IEnumerable)array)
                {
                    if (element is not null)
                        yield return element;
                }
            }
            yield break;
        }
        if (value is MemberInfo or Assembly or AssemblyLoadContext)
            yield break;
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.FieldType.IsPrimitive && !field.FieldType.IsPointer && !field.FieldType.IsByRefLike && field.GetValue(value) is { } inner)
                    yield return inner;
            }
        }
    }
}
