using KrakenPlugins.Martian.Messages;

namespace KrakenPlugins.Martian;

/// <summary>One compiled step for one phase. Immutable; serves all calls at once.</summary>
internal abstract class Modifier
{
    /// <summary>Changes the message of the phase.</summary>
    /// <returns>Why it cannot, which fails the call (MAN-144), or <see langword="null"/>.</returns>
    public abstract string? Apply(ref Call call);
}
