using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>A value where it is: in the bytes of a payload, or in a tree.</summary>
internal readonly struct JsonValue
{
    private readonly JsonPayload? _payload;
    private readonly int _token;
    private readonly DataNode? _node;

    public JsonValue(DataNode? node) => _node = node;

    public JsonValue(JsonPayload payload, int token)
    {
        _payload = payload;
        _token = token;
    }

    private bool IsEmptyRoot => _payload is not null && _token < 0;

    /// <summary>Writes the value as canonical JSON.</summary>
    public void WriteJson(IBufferWriter<byte> output)
    {
        if (_payload is null)
        {
            DataJson.Write(output, _node!);
            return;
        }
        if (IsEmptyRoot)
        {
            output.Write("{}"u8);
            return;
        }
        var to = new JsonOutput(output, _payload.Source, _payload.Tokens[_token].Length);
        JsonTapeWriter.Write(ref to, _payload.Source, _payload.Tokens, _token);
        to.Complete();
        JsonScratch.Current.Trim();
    }

    /// <summary>Writes a string without quotes or escapes, a number or boolean as JSON, and anything else not at all.</summary>
    public void WriteScalar(IBufferWriter<byte> output)
    {
        if (_payload is null)
        {
            if (_node is DataString text)
                Encoding.UTF8.GetBytes(text.Value, output);
            else if (_node is DataNumber or DataBoolean)
                DataJson.Write(output, _node);
            return;
        }
        if (IsEmptyRoot)
            return;
        var token = _payload.Tokens[_token];
        switch (token.Kind)
        {
            case JsonFlags.String when token.Has(JsonFlags.Escaped):
                var free = output.GetSpan(token.Length);
                output.Advance(JsonText.Unescape(token.Content(_payload.Source), free));
                break;
            case JsonFlags.String:
                output.Write(token.Content(_payload.Source));
                break;
            case JsonFlags.Number or JsonFlags.True or JsonFlags.False:
                output.Write(token.Raw(_payload.Source));
                break;
        }
    }

    /// <summary>The value as text for a request.</summary>
    public string Text()
    {
        if (_payload is null)
            return Text(_node!);
        if (IsEmptyRoot)
            return "{}";
        var token = _payload.Tokens[_token];
        return token.Kind switch
        {
            JsonFlags.String => JsonText.Decode(_payload.Source, token),
            JsonFlags.Null => "<nil>",
            JsonFlags.Array => Text(_payload.BuildValue(_token)),
            JsonFlags.Object => Json(this),
            _ => Encoding.ASCII.GetString(token.Raw(_payload.Source)),
        };
    }

    private static string Text(DataNode node) => node switch
    {
        DataString value => value.Value,
        DataNumber value => value.Text,
        DataBoolean value => value.Value ? "true" : "false",
        DataArray value => Joined(value),
        DataObject => Json(new JsonValue(node)),
        _ => "<nil>",
    };

    private static string Joined(DataArray array)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var text = new StringBuilder();
        for (var i = 0; i < array.Items.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(Text(array.Items[i]));
        }
        return text.ToString();
    }

    private static string Json(JsonValue value)
    {
        using var json = new PooledBytes();
        value.WriteJson(json);
        return Encoding.UTF8.GetString(json.Span);
    }
}
