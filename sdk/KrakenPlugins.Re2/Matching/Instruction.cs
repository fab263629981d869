using KrakenPlugins.Re2.Syntax;
using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Matching;

internal enum Operation : byte
{
    /// <summary>Consumes <see cref="Instruction.Argument"/>, a code point.</summary>
    Character,

    /// <summary>Consumes a code point of <see cref="Instruction.Set"/>.</summary>
    Set,

    /// <summary>Goes to <see cref="Instruction.Next"/> and, second, to <see cref="Instruction.Argument"/>.</summary>
    Split,

    /// <summary>Goes on when the condition <see cref="Instruction.Argument"/>, an <see cref="Assertion"/>, holds.</summary>
    Assert,

    /// <summary>Notes the position in slot <see cref="Instruction.Argument"/>.</summary>
    Save,
    Jump,
    Match,
}

internal readonly record struct Instruction(Operation Operation, int Next, int Argument = 0, CodePointSet? Set = null)
{
    public bool Consumes(int codePoint) => Operation switch
    {
        Operation.Character => Argument == codePoint,
        Operation.Set => Set!.Contains(codePoint),
        _ => false,
    };
}
