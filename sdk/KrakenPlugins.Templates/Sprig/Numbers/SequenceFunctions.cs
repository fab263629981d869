using System.Globalization;
using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Numbers;

/// <summary>Lists and texts of counted numbers.</summary>
internal static class SequenceFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("until", static a => List("until", Counting(0, a[0].AsInt, a[0].AsInt < 0 ? -1 : 1)), Kind.Int);
        table.Add("untilStep", static a => List("untilStep", Counting(a[0].AsInt, a[1].AsInt, a[2].AsInt)), Kind.Int, Kind.Int, Kind.Int);
        table.AddVariadic("seq", Sequence, Kind.Int);
    }

    // Like the shell's seq: an end, a start and an end, or a start, a step and an end; the end belongs to the sequence.
    private static TemplateValue Sequence(ReadOnlySpan<TemplateValue> arguments)
    {
        if (arguments.Length is 0 or > 3) return TemplateValue.From("");
        var start = arguments.Length == 1 ? 1 : arguments[0].AsInt;
        var end = arguments[^1].AsInt;
        var direction = end < start ? -1 : 1;
        var step = arguments.Length == 3 ? arguments[1].AsInt : direction;
        if (direction < 0 && step > 0) return TemplateValue.From("");
        return Text(Counting(start, unchecked(end + direction), step));
    }

    private static Progression Counting(long start, long stop, long step)
    {
        if (stop < start) return step >= 0 ? default : new Progression(start, step, Steps(start, stop, 0UL - (ulong)step));
        return step <= 0 ? default : new Progression(start, step, Steps(stop, start, (ulong)step));
    }

    private static ulong Steps(long high, long low, ulong width)
    {
        var distance = unchecked((ulong)high - (ulong)low);
        return distance / width + (distance % width == 0 ? 0UL : 1UL);
    }

    private static TemplateValue List(string function, Progression numbers)
    {
        var count = numbers.CheckedCount(function);
        var list = new TemplateList(count) { TypeName = "[]int" };
        for (var i = 0; i < count; i++) list.Add(TemplateValue.From(numbers[i]));
        return TemplateValue.From(list);
    }

    private static TemplateValue Text(Progression numbers)
    {
        var count = numbers.CheckedCount("seq");
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            if (i > 0) text.Append(' ');
            text.Append(CultureInfo.InvariantCulture, $"{numbers[i]}");
        }
        SprigLimits.CheckCharacters("seq", text.Length);
        return TemplateValue.From(text.ToString());
    }

    private readonly record struct Progression(long Start, long Step, ulong Count)
    {
        public long this[int index] => unchecked(Start + index * Step);

        public int CheckedCount(string function)
        {
            SprigLimits.CheckElements(function, (long)Math.Min(Count, long.MaxValue));
            return (int)Count;
        }
    }
}
