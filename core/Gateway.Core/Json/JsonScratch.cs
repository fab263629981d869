using System.Runtime.CompilerServices;

namespace Gateway.Core.Json;

/// <summary>
/// Work space of a thread for reading and writing, which never wait: one document uses it from begin to end. Storage that one
/// large document has grown is not kept.
/// </summary>
internal sealed class JsonScratch
{
    private const int KeptFrames = 1_024;
    private const int KeptEntries = 16 * 1024;

    [ThreadStatic]
    private static JsonScratch? _current;

    /// <summary>Containers that the tokenizer has open.</summary>
    public JsonTokenizer.Frame[] Frames = new JsonTokenizer.Frame[32];

    /// <summary>Containers that a writer has open.</summary>
    public JsonTapeWriter.Frame[] Open = new JsonTapeWriter.Frame[32];

    /// <summary>Members that a writer sorts, one stretch per open object, and behind them room for merging.</summary>
    public SortEntry[] Entries = new SortEntry[256];

    /// <summary>That of the running thread.</summary>
    public static JsonScratch Current => _current ??= new JsonScratch();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(int depth, in JsonTokenizer.Frame frame)
    {
        if (depth >= Frames.Length)
            Array.Resize(ref Frames, Frames.Length * 2);
        Frames[depth] = frame;
    }

    public void Push(int depth, in JsonTapeWriter.Frame frame)
    {
        if (depth >= Open.Length)
            Array.Resize(ref Open, Open.Length * 2);
        Open[depth] = frame;
    }

    /// <summary>Makes room for so many entries.</summary>
    public void NeedEntries(int count)
    {
        if (count > Entries.Length)
            Array.Resize(ref Entries, Math.Max(count, Entries.Length * 2));
    }

    /// <summary>Lets go of what an unusual document needed.</summary>
    public void Trim()
    {
        if (Frames.Length > KeptFrames)
            Frames = new JsonTokenizer.Frame[32];
        if (Open.Length > KeptFrames)
            Open = new JsonTapeWriter.Frame[32];
        if (Entries.Length > KeptEntries)
            Entries = new SortEntry[256];
    }
}
