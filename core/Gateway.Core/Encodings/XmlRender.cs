using System.Buffers;
using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Encodings;

/// <summary>
/// Render of <c>output_encoding: xml</c>. Source: reference page "endpoints_content-types", MAN-078 and MAN-079. Characters that
/// XML 1.0 cannot express become U+FFFD. An attribute that is null is written empty.
/// </summary>
public static class XmlRender
{
    private const string DefaultRoot = "doc";
    private const string TextKey = "#text";

    /// <summary>Appends the document in UTF-8, without XML declaration. After an exception the output may hold a part of it.</summary>
    /// <exception cref="RenderException">A key is no XML name, an attribute or text is no scalar, or the data nests too deeply.</exception>
    public static void Write(IBufferWriter<byte> output, DataObject data)
    {
        var sink = new XmlSink(output);
        if (data.Count == 1)
        {
            foreach (var (name, value) in data.Members)
            {
                if (NeedsRoot(value))
                    WriteElement(ref sink, DefaultRoot, data);
                else
                    WriteElement(ref sink, name, value);
            }
        }
        else
        {
            WriteElement(ref sink, DefaultRoot, data);
        }
        sink.Flush();
    }

    // A lone list of objects is written as siblings without a common root, as the reference does.
    private static bool NeedsRoot(DataNode value)
    {
        if (value is not DataArray list)
            return false;
        foreach (var item in list.Items)
        {
            if (item is not DataObject)
                return true;
        }
        return false;
    }

    private static void WriteElement(ref XmlSink sink, string name, DataNode value)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new RenderException("xml: the data nests too deeply");
        if (value is DataArray { Items.Count: > 0 } list)
        {
            foreach (var item in list.Items)
                WriteElement(ref sink, name, item);
            return;
        }
        if (!XmlName.IsLegal(name))
            throw new RenderException($"xml: the key \"{name}\" is no legal element name");
        sink.Write((byte)'<');
        sink.WriteRaw(name);
        if (!WriteContent(ref sink, value))
        {
            sink.Write("/>"u8);
            return;
        }
        sink.Write("</"u8);
        sink.WriteRaw(name);
        sink.Write((byte)'>');
    }

    /// <summary>Writes the rest of the start tag and the content; false, with the tag still open, when there is no content.</summary>
    private static bool WriteContent(ref XmlSink sink, DataNode value)
    {
        switch (value)
        {
            case DataObject data:
                return WriteMembers(ref sink, data);
            case DataArray:
                return false;
        }
        var text = ScalarText(value);
        if (text.Length == 0)
            return false;
        sink.Write((byte)'>');
        sink.WriteText(text);
        return true;
    }

    private static bool WriteMembers(ref XmlSink sink, DataObject data)
    {
        var count = data.Count;
        if (count == 0)
            return false;
        var members = ArrayPool<KeyValuePair<string, DataNode>>.Shared.Rent(count);
        try
        {
            ((ICollection<KeyValuePair<string, DataNode>>)data.Members).CopyTo(members, 0);
            var sorted = members.AsSpan(0, count);
            sorted.Sort(Utf8Order.ByKey);
            var attributes = WriteAttributes(ref sink, sorted);
            if (attributes == count)
                return false;
            sink.Write((byte)'>');
            if (data[TextKey] is { } text)
                WriteText(ref sink, text);
            foreach (ref readonly var member in sorted)
            {
                if (!IsAttribute(member.Key) && member.Key != TextKey)
                    WriteElement(ref sink, member.Key, member.Value);
            }
            return true;
        }
        finally
        {
            ArrayPool<KeyValuePair<string, DataNode>>.Shared.Return(members, clearArray: true);
        }
    }

    private static int WriteAttributes(ref XmlSink sink, ReadOnlySpan<KeyValuePair<string, DataNode>> members)
    {
        var count = 0;
        foreach (ref readonly var member in members)
        {
            if (!IsAttribute(member.Key))
                continue;
            var name = member.Key.AsSpan(1);
            if (!XmlName.IsLegal(name))
                throw new RenderException($"xml: the key \"{member.Key}\" is no legal attribute name");
            if (member.Value is DataObject or DataArray)
                throw new RenderException($"xml: the attribute \"{member.Key}\" is an object or a list");
            sink.Write((byte)' ');
            sink.WriteRaw(name);
            sink.Write("=\""u8);
            sink.WriteAttribute(ScalarText(member.Value));
            sink.Write((byte)'"');
            count++;
        }
        return count;
    }

    private static void WriteText(ref XmlSink sink, DataNode text)
    {
        if (text is DataObject or DataArray)
            throw new RenderException($"xml: \"{TextKey}\" is an object or a list");
        sink.WriteText(ScalarText(text));
    }

    private static bool IsAttribute(string key) => key.Length > 1 && key[0] == '-';

    private static string ScalarText(DataNode value) => value switch
    {
        DataString text => text.Value,
        DataNumber number => number.Text,
        DataBoolean boolean => boolean.Value ? "true" : "false",
        _ => "",
    };
}
