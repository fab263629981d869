using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Sidecars.Processes;

/// <summary>
/// The last steps between the gateway's executable, started once more, and a sidecar's program: limits, user, session, end of life, environment;
/// then the program takes the process over. Linux.
/// </summary>
internal static unsafe class Confinement
{
    // Numbers of the resources are those of Linux on x86-64 and arm64.
    private const int CpuResource = 0;
    private const int DataResource = 2;
    private const int FilesResource = 7;
    private const int SignalMaskBytes = 128;

    /// <summary>The arguments that <see cref="TryParse"/> reads, in front of the command.</summary>
    public static List<string> ArgumentsOf(ProcessLaunch launch, int parent)
    {
        var limits = launch.Limits;
        var arguments = new List<string> { "--parent", Text(parent) };
        AddNumber(arguments, "--memory", limits.Memory);
        AddNumber(arguments, "--cpu", limits.CpuTime is { } time ? Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)) : null);
        AddNumber(arguments, "--files", limits.OpenFiles);
        AddNumber(arguments, "--user", limits.UserId);
        AddNumber(arguments, "--group", limits.GroupId ?? limits.UserId);
        foreach (var name in launch.Environment)
            arguments.AddRange("--env", name);
        foreach (var (name, value) in launch.Settings)
            arguments.AddRange("--set", $"{name}={value}");
        arguments.Add("--");
        arguments.AddRange(launch.Command);
        return arguments;
    }

    /// <summary>Reads what <see cref="ArgumentsOf"/> wrote; <see langword="null"/> for anything else.</summary>
    public static ConfinedProgram? TryParse(ReadOnlySpan<string> arguments)
    {
        var program = new ConfinedProgram();
        var i = 0;
        for (; i + 1 < arguments.Length && arguments[i] != "--"; i += 2)
        {
            if (arguments[i] == "--env")
            {
                program.Environment.Add(arguments[i + 1]);
                continue;
            }
            if (arguments[i] == "--set")
            {
                program.Settings.Add(arguments[i + 1]);
                continue;
            }
            if (!long.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            switch (arguments[i])
            {
                case "--parent": program.Parent = (int)number; break;
                case "--memory": program.Memory = number; break;
                case "--cpu": program.CpuSeconds = number; break;
                case "--files": program.Files = number; break;
                case "--user": program.User = (uint)number; break;
                case "--group": program.Group = (uint)number; break;
                default: return null;
            }
        }
        if (i + 1 >= arguments.Length)
            return null;
        program.Command = arguments[(i + 1)..].ToArray();
        return program;
    }

    /// <summary>Becomes the program. Returns only by throwing.</summary>
    /// <exception cref="Win32Exception">A step failed; its message says which.</exception>
    public static void Become(ConfinedProgram program)
    {
        // A group of its own: what it starts ends with it, and a terminal's Ctrl-C reaches the gateway alone.
        Check(Native.StartSession() < 0 ? -1 : 0, "setsid");
        Limit(CpuResource, program.CpuSeconds, "the limit of processor time");
        Limit(FilesResource, program.Files, "the limit of open files");
        if (program.Group is { } group)
        {
            Check(Native.SetGroups(1, &group), $"leaving the groups of the gateway for group {group}");
            Check(Native.SetGroup(group), $"group {group}");
        }
        if (program.User is { } user)
            Check(Native.SetUser(user), $"user {user}");
        // After the change of users, which forgets it. Whoever died before this line is seen by the next.
        Check(Native.Control(Native.ParentDeathSignal, Native.SignalKill, 0, 0, 0), "the signal at the gateway's end");
        if (Native.GetParent() != program.Parent)
            System.Environment.Exit(0);
        // What is ignored or blocked here would stay so in the program.
        Native.SetHandler(Native.SignalPipe, 0);
        var mask = stackalloc byte[SignalMaskBytes];
        new Span<byte>(mask, SignalMaskBytes).Clear();
        Check(Native.SetSignalMask(Native.SetMask, mask, null), "the signal mask");
        var path = Utf8(program.Command[0]);
        var arguments = Strings(program.Command);
        var environment = Strings([.. program.Settings, .. program.Environment.Select(static name => (name, value: System.Environment.GetEnvironmentVariable(name))).Where(static v => v.value is not null).Select(static v => $"{v.name}={v.value}")]);
        // Last: the runtime that this code runs in needs memory until here.
        Limit(DataResource, program.Memory, "the limit of memory");
        Native.Execute(path, arguments, environment);
        throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{program.Command[0]}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static void Limit(int resource, long? most, string what)
    {
        if (most is not { } value)
            return;
        var limits = stackalloc ulong[2];
        Check(Native.GetLimit(resource, limits), what);
        // Whoever may not raise a hard limit still may lower it.
        var hard = Math.Min((ulong)value, limits[1]);
        (limits[0], limits[1]) = (hard, hard);
        Check(Native.SetLimit(resource, limits), what);
    }

    private static void Check(int result, string what)
    {
        if (result != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // Never freed: either the program takes over, or the process ends.
    private static byte* Utf8(string text)
    {
        var bytes = (byte*)NativeMemory.Alloc((nuint)Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
        var length = Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, Encoding.UTF8.GetMaxByteCount(text.Length)));
        bytes[length] = 0;
        return bytes;
    }

    private static byte** Strings(IReadOnlyList<string> texts)
    {
        var strings = (byte**)NativeMemory.Alloc((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
            strings[i] = Utf8(texts[i]);
        strings[texts.Count] = null;
        return strings;
    }

    private static void AddNumber(List<string> arguments, string name, long? value)
    {
        if (value is { } number)
            arguments.AddRange(name, Text(number));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What <see cref="Confinement"/> makes of a process.</summary>
internal sealed class ConfinedProgram
{
    public int Parent { get; set; }

    public long? Memory { get; set; }

    public long? CpuSeconds { get; set; }

    public long? Files { get; set; }

    public uint? User { get; set; }

    public uint? Group { get; set; }

    public List<string> Environment { get; } = [];

    public List<string> Settings { get; } = [];

    public string[] Command { get; set; } = [];
}
