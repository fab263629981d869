using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Functions;

/// <summary>Go's <c>len</c>, <c>index</c> and <c>slice</c>. Texts count in bytes of UTF-8.</summary>
internal static class Elements
{
    public static TemplateValue Length(in TemplateValue value) => value.Kind switch
    {
        TemplateKind.String => TemplateValue.From(Encoding.UTF8.GetByteCount(value.AsString)),
        TemplateKind.List => TemplateValue.From(value.AsList.Count),
        TemplateKind.Map => TemplateValue.From(value.AsMap.Count),
        TemplateKind.Nil => throw new TemplateFunctionException("len of nil pointer"),
        TemplateKind.Missing => throw new TemplateFunctionException("reflect: call of reflect.Value.Type on zero Value"),
        _ => throw new TemplateFunctionException("len of type " + value.TypeName),
    };

    public static TemplateValue Index(in TemplateValue item, ReadOnlySpan<TemplateValue> indices)
    {
        if (item.IsNothing) throw new TemplateFunctionException("index of untyped nil");
        var value = item;
        foreach (ref readonly var index in indices)
        {
            switch (value.Kind)
            {
                case TemplateKind.List:
                    var list = value.AsList;
                    value = list[Inside(index, list.Count, "slice")];
                    break;
                case TemplateKind.String:
                    var bytes = Encoding.UTF8.GetBytes(value.AsString);
                    value = TemplateValue.From(bytes[Inside(index, bytes.Length, "string")]);
                    break;
                case TemplateKind.Map:
                    if (!value.AsMap.TryGet(Key(index), out value)) value = TemplateValue.Nil;
                    break;
                case TemplateKind.Nil or TemplateKind.Missing:
                    throw new TemplateFunctionException("index of nil pointer");
                default:
                    throw new TemplateFunctionException("can't index item of type " + value.TypeName);
            }
        }
        return value;
    }

    public static TemplateValue Slice(in TemplateValue item, ReadOnlySpan<TemplateValue> indices)
    {
        if (item.IsNothing) throw new TemplateFunctionException("slice of untyped nil");
        if (indices.Length > 3) throw new TemplateFunctionException($"too many slice indexes: {indices.Length}");
        var bytes = item.Kind == TemplateKind.String ? Encoding.UTF8.GetBytes(item.AsString) : [];
        if (item.Kind == TemplateKind.String && indices.Length == 3) throw new TemplateFunctionException("cannot 3-index slice a string");
        var length = item.Kind switch
        {
            TemplateKind.String => bytes.Length,
            TemplateKind.List => item.AsList.Count,
            _ => throw new TemplateFunctionException("can't slice item of type " + item.TypeName),
        };
        Span<int> bounds = [0, length, length];
        for (var i = 0; i < indices.Length; i++) bounds[i] = UpTo(indices[i], length);
        RefuseDescending(bounds[0], bounds[1]);
        RefuseDescending(bounds[1], bounds[2]);
        if (item.Kind == TemplateKind.String) return TemplateValue.From(Encoding.UTF8.GetString(bytes.AsSpan(bounds[0]..bounds[1])));
        var part = new TemplateList(bounds[1] - bounds[0]);
        for (var i = bounds[0]; i < bounds[1]; i++) part.Add(item.AsList[i]);
        return TemplateValue.From(part);
    }

    private static void RefuseDescending(int low, int high)
    {
        if (low > high) throw new TemplateFunctionException(string.Create(CultureInfo.InvariantCulture, $"invalid slice index: {low} > {high}"));
    }

    /// <summary>An index of an element.</summary>
    private static int Inside(in TemplateValue index, int length, string what)
    {
        var number = UpTo(index, length);
        // Go looks for an index beyond the end and leaves the end itself to the runtime, which words it like this.
        return number < length ? number : throw new TemplateFunctionException($"reflect: {what} index out of range");
    }

    /// <summary>An index of an element or the end.</summary>
    private static int UpTo(in TemplateValue index, int length)
    {
        if (index.IsNothing) throw new TemplateFunctionException("cannot index slice/array with nil");
        if (!index.TryGetInteger(out var number)) throw new TemplateFunctionException("cannot index slice/array with type " + index.TypeName);
        if (number < 0 || number > length)
            throw new TemplateFunctionException(string.Create(CultureInfo.InvariantCulture, $"index out of range: {number}"));
        return (int)number;
    }

    private static string Key(in TemplateValue index)
    {
        if (index.Kind == TemplateKind.String) return index.AsString;
        throw new TemplateFunctionException(index.IsNothing
            ? "value is nil; should be of type string"
            : $"value has type {index.TypeName}; should be string");
    }
}
