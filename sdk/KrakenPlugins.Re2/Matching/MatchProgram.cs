using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Matching;

/// <summary>A compiled pattern; execution starts at instruction 0.</summary>
/// <param name="Instructions">What to execute.</param>
/// <param name="GroupCount">Capturing groups without the whole match.</param>
/// <param name="First">
/// The code points that a match can start with; <see langword="null"/> when a match can be empty or start with a condition.
/// </param>
internal sealed record MatchProgram(Instruction[] Instructions, int GroupCount, CodePointSet? First)
{
    /// <summary>Positions that a full match has: start and end of the whole and of every group.</summary>
    public int SlotCount => 2 * (GroupCount + 1);
}
