namespace KrakenPlugins.Templates.Syntax;

/// <summary>The variables that are visible at a place of a template, each with the slot in which its value lies.</summary>
internal sealed class Scope
{
    private readonly List<string> _names = ["$"];

    /// <summary>Slots that the template needs at most.</summary>
    public int Slots { get; private set; } = 1;

    /// <summary>Loops around the place.</summary>
    public int Loops { get; set; }

    /// <summary>How many variables are visible; blocks end by coming back to it.</summary>
    public int Mark => _names.Count;

    public void Return(int mark) => _names.RemoveRange(mark, _names.Count - mark);

    public int Declare(string name)
    {
        _names.Add(name);
        Slots = Math.Max(Slots, _names.Count);
        return _names.Count - 1;
    }

    /// <summary>The slot of the innermost variable of that name, or -1.</summary>
    public int SlotOf(string name) => _names.LastIndexOf(name);
}
