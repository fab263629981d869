namespace KrakenPlugins.Templates.Execution;

internal sealed partial class Rendering
{
    /// <summary>Walks from a value along names of keys or members; the last may be a method that takes the command's arguments.</summary>
    public TemplateValue Walk(
        Node node, string[] names, in TemplateValue dot, TemplateValue from, Command? command, in TemplateValue piped, bool isPiped)
    {
        var value = from;
        for (var i = 0; i < names.Length - 1; i++) value = FieldOf(node, names[i], dot, value, null, default, false);
        value = FieldOf(node, names[^1], dot, value, command, piped, isPiped);
        return value.Kind == TemplateKind.Missing && _options.MissingKey == MissingKey.Zero ? TemplateValue.From("") : value;
    }

    private TemplateValue FieldOf(
        Node node, string name, in TemplateValue dot, in TemplateValue receiver, Command? command, in TemplateValue piped, bool isPiped)
    {
        switch (receiver.Kind)
        {
            case TemplateKind.Map:
                if (isPiped || command is { Words.Length: > 1 }) throw Fail(name + " is not a method but has arguments");
                if (receiver.AsMap.TryGet(name, out var value)) return value.Boxed();
                if (_options.MissingKey == MissingKey.Error) throw Fail($"map has no entry for key {GoFormat.Quote(name)}");
                return default;
            case TemplateKind.Missing:
                if (_options.MissingKey == MissingKey.Error) throw Fail($"nil data; no entry for key {GoFormat.Quote(name)}");
                return default;
            case TemplateKind.Nil:
                throw Fail($"nil pointer evaluating interface {{}}.{name}");
            case TemplateKind.Object when receiver.AsObject is ITemplateObject described && described.Member(name) is { } member:
                return Call(node, member, command is null ? [] : command.Arguments, dot, piped, isPiped);
            default:
                var type = receiver.IsBoxed ? "interface {}" : receiver.TypeName;
                throw Fail($"can't evaluate field {name} in type {type}");
        }
    }
}
