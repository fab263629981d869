namespace KrakenPlugins.JsonSchema.Evaluation;

/// <summary>The name of a member as a value of its own, for <c>propertyNames</c>.</summary>
internal readonly struct NameInstance(char[] chars, int length) : IJsonInstance<NameInstance, NameInstance.NoChildren>
{
    public JsonInstanceKind Kind => JsonInstanceKind.String;

    public int Count => 0;

    public ReadOnlySpan<char> GetText(JsonTextBuffer buffer) => chars.AsSpan(0, length);

    public NoChildren GetChildren() => default;

    internal struct NoChildren : IJsonChildren<NameInstance>
    {
        public readonly NameInstance Current => default;

        public readonly bool MoveNext() => false;

        public readonly ReadOnlySpan<char> GetName(JsonTextBuffer buffer) => default;
    }
}

internal sealed partial class Evaluator<T, TChildren>
{
    private char[] _name = [];

    // A name has no members: this goes one level deep, whatever the value.
    private bool NameMatches(ref Frame<T, TChildren> frame, SchemaNode schema)
    {
        var name = frame.Cursor.GetName(_text);
        if (_name.Length < name.Length)
            _name = new char[Math.Max(64, name.Length)];
        name.CopyTo(_name);
        var instance = new NameInstance(_name, name.Length);
        var names = Evaluator<NameInstance, NameInstance.NoChildren>.Rent();
        names._scope.AddRange(_scope);
        var matches = names.IsValid(schema, instance, _steps, _longestChain);
        _steps = names._steps;
        _isExhausted |= names._isExhausted;
        Evaluator<NameInstance, NameInstance.NoChildren>.Return(names);
        if (!matches && frame.Collect)
            ReportName(ref frame, schema, instance);
        return matches;
    }

    private void ReportName(ref Frame<T, TChildren> frame, SchemaNode schema, NameInstance instance)
    {
        if (!HasRoom() || _isExhausted)
            return;
        var names = Evaluator<NameInstance, NameInstance.NoChildren>.Rent();
        names._scope.AddRange(_scope);
        var reasons = names.Explain(schema, instance, 1, _steps, _longestChain);
        Evaluator<NameInstance, NameInstance.NoChildren>.Return(names);
        var name = instance.GetText(_text).ToString();
        var reason = reasons.Count == 0 ? "is not allowed" : reasons[0].Message.Replace("the value ", "", StringComparison.Ordinal);
        Add(new Finding<T>(frame.Cursor.Current, PathOf(_top).Member(name), frame.Depth, frame.Node, "propertyNames", $"the property name \"{Shorten(name)}\" {reason}", true, TypeSet.None));
    }
}
