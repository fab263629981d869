using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Expressions.Values;

internal sealed class DataArrayList(DataArray items, CelNumbers numbers) : CelList
{
    public override int Count => items.Count;

    public override CelValue this[int index] => items[index].ToCel(numbers);
}

internal sealed class DataObjectMap(DataObject members, CelNumbers numbers) : CelMap
{
    public override int Count => members.Count;

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        if (key.Kind == CelKind.String && members.TryGet(key.RawString, out var member))
        {
            value = member.ToCel(numbers);
            return true;
        }
        value = default;
        return false;
    }

    public override void CopyKeysTo(Span<CelValue> keys)
    {
        var i = 0;
        foreach (var name in members.Members.Keys)
            keys[i++] = CelValue.Of(name);
    }
}
