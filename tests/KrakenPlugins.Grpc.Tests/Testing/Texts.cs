using System.Diagnostics.CodeAnalysis;
using System.Text;
using KrakenPlugins.Grpc.Wire;

namespace KrakenPlugins.Grpc.Tests.Testing;

/// <summary>Methods whose messages are texts in field 1.</summary>
internal static class Texts
{
    public const string Service = "test.Texts";

    public static readonly WireMarshaller<string> Marshaller = new(static (text, writer) => writer.Text(1, text), TryRead);

    public static GrpcMethod<string, string> Unary { get; } = Method(GrpcMethodKind.Unary, "Unary");

    public static GrpcMethod<string, string> Gather { get; } = Method(GrpcMethodKind.ClientStreaming, "Gather");

    public static GrpcMethod<string, string> Spread { get; } = Method(GrpcMethodKind.ServerStreaming, "Spread");

    public static GrpcMethod<string, string> Talk { get; } = Method(GrpcMethodKind.Duplex, "Talk");

    /// <summary>A frame with a text.</summary>
    public static byte[] Frame(string text, byte flag = 0)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return utf8.Length == 0 ? [flag, 0, 0, 0, 0] : [flag, 0, 0, 0, (byte)(utf8.Length + 2), 10, (byte)utf8.Length, .. utf8];
    }

    private static GrpcMethod<string, string> Method(GrpcMethodKind kind, string name) => new(kind, Service, name, Marshaller, Marshaller);

    private static bool TryRead(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out string text)
    {
        text = "";
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
                text = reader.Text();
            else
                reader.Skip();
        }
        return !reader.IsBroken;
    }
}
