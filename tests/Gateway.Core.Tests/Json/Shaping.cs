using System.Text;
using Gateway.Core.Json;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Json;

/// <summary>Shapes documents and shows the bytes as text.</summary>
internal static class Shaping
{
    public static PooledBytes Body(ReadOnlySpan<byte> document)
    {
        var body = new PooledBytes(document.Length);
        body.Write(document);
        return body;
    }

    public static Payload Shaped(string document, JsonShapeOptions? options = null) => Shaped(Encoding.UTF8.GetBytes(document), options);

    public static Payload Shaped(byte[] document, JsonShapeOptions? options = null)
    {
        Assert.True(new JsonShape(options ?? new()).TryShape(Body(document), out var payload, out var error), error);
        Assert.NotNull(payload);
        return payload;
    }

    public static string Json(Payload payload)
    {
        using var output = new PooledBytes();
        payload.WriteJson(output);
        return Encoding.UTF8.GetString(output.Span);
    }

    /// <summary>The document after shaping, which must be the same by way of the bytes and of the tree.</summary>
    public static string Shape(string document, JsonShapeOptions? options = null) => Shape(Encoding.UTF8.GetBytes(document), options);

    public static string Shape(byte[] document, JsonShapeOptions? options = null)
    {
        using var bytes = Shaped(document, options);
        using var tree = Shaped(document, options);
        var isEmpty = bytes.IsEmpty;
        var json = Json(bytes);

        Assert.Equal(isEmpty, tree.Tree.Count == 0);
        Assert.Equal(json, Json(tree));
        Assert.Equal(json, ShapedAsTree(document, options ?? new()));
        return json;
    }

    /// <summary>What is wrong with a document.</summary>
    public static string Error(string document, JsonShapeOptions? options = null)
    {
        Assert.False(new JsonShape(options ?? new()).TryShape(Body(Encoding.UTF8.GetBytes(document)), out var payload, out var error));
        Assert.Null(payload);
        return error;
    }

    public static string Written(Action<System.Buffers.IBufferWriter<byte>> write)
    {
        using var output = new PooledBytes();
        write(output);
        return Encoding.UTF8.GetString(output.Span);
    }

    /// <summary>Decodes with nothing else and applies the operations to the tree.</summary>
    private static string ShapedAsTree(byte[] document, JsonShapeOptions options)
    {
        using var plain = Shaped(document, new() { Mode = options.Mode, IsCollection = options.IsCollection });
        using var shaped = new TreePayload(new JsonShape(options).ShapeTree(plain.Tree));
        return Json(shaped);
    }
}
