using System.Text;

namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>One <c>name: value</c> of a message: a scalar as written, a text or bytes, or a message.</summary>
/// <param name="Name">Name of the field; an extension or type URL in brackets.</param>
/// <param name="Scalar">Number or identifier as written; empty for the other kinds.</param>
/// <param name="Bytes">Unescaped text or bytes, or <see langword="null"/>.</param>
/// <param name="Message">Message, or <see langword="null"/>.</param>
internal sealed record ProtoField(string Name, string Scalar, byte[]? Bytes, ProtoMessage? Message)
{
    public string Text => Bytes is null ? Scalar : Encoding.UTF8.GetString(Bytes);
}

/// <summary>A message of the protobuf text format: its fields in order.</summary>
internal sealed class ProtoMessage
{
    public List<ProtoField> Fields { get; } = [];

    public ProtoField? Find(string name) => Fields.Find(field => field.Name == name);

    public string Text(string name) => Find(name)?.Text ?? "";

    public bool Flag(string name) => Text(name) == "true";

    public ProtoMessage? Message(string name) => Find(name)?.Message;

    public IEnumerable<ProtoMessage> Messages(string name) => Fields.Where(field => field.Name == name).Select(field => field.Message!);

    /// <summary>Whether a predicate holds for this message or one below.</summary>
    public bool Any(Predicate<ProtoField> predicate) =>
        Fields.Exists(field => predicate(field) || (field.Message is not null && field.Message.Any(predicate)));
}
