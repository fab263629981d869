using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace Gateway.Core.Plugins;

/// <summary>Tells assemblies that are built for another processor.</summary>
internal static class ProcessorCheck
{
    /// <summary>The machine that an assembly is built for when this process cannot run it; otherwise <see langword="null"/>.</summary>
    public static Machine? Foreign(PEReader image)
    {
        var machine = image.PEHeaders.CoffHeader.Machine;
        var isIl = machine == Machine.I386 && image.PEHeaders.CorHeader is { Flags: var flags } && !flags.HasFlag(CorFlags.Requires32Bit);
        var own = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => Machine.Amd64,
            Architecture.Arm64 => Machine.Arm64,
            Architecture.Arm => Machine.ArmThumb2,
            _ => Machine.I386,
        };
        // ReadyToRun code for Linux marks its machine with the system's number.
        return !isIl && machine is Machine.I386 or Machine.Amd64 or Machine.Arm64 or Machine.ArmThumb2 or Machine.Arm && machine != own ? machine : null;
    }
}
