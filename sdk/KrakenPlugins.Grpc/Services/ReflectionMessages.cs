using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Grpc.Wire;

namespace KrakenPlugins.Grpc.Services;

internal enum ReflectionQuestion
{
    None = 0,
    FileByName = 3,
    FileContainingSymbol = 4,
    FileContainingExtension = 5,
    ExtensionNumbers = 6,
    ListServices = 7,
}

/// <summary>A <c>ServerReflectionRequest</c>: the question's number is its field's. The whole is kept, since answers repeat it.</summary>
internal sealed record ReflectionRequest(string Host, ReflectionQuestion Question, string Name, int Number, byte[] Original)
{
    public static bool TryRead(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out ReflectionRequest request)
    {
        request = null;
        var (host, question, name, number) = ("", ReflectionQuestion.None, "", 0);
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    host = reader.Text();
                    break;
                case 3 or 4 or 6 or 7:
                    (question, name) = ((ReflectionQuestion)reader.Field, reader.Text());
                    break;
                case 5:
                    question = ReflectionQuestion.FileContainingExtension;
                    if (!TryReadExtension(reader.Bytes(), out name, out number))
                        return false;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (reader.IsBroken)
            return false;
        request = new ReflectionRequest(host, question, name, number, bytes.ToArray());
        return true;
    }

    private static bool TryReadExtension(ReadOnlySpan<byte> bytes, out string type, out int number)
    {
        (type, number) = ("", 0);
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
                type = reader.Text();
            else if (reader.Field == 2)
                number = reader.Int32();
            else
                reader.Skip();
        }
        return !reader.IsBroken;
    }
}

/// <summary>A <c>ServerReflectionResponse</c>; one of its last members is set.</summary>
internal sealed record ReflectionResponse(ReflectionRequest Request)
{
    public IReadOnlyList<byte[]>? Files { get; init; }

    public IReadOnlyCollection<int>? ExtensionNumbers { get; init; }

    public IReadOnlyCollection<string>? Services { get; init; }

    public GrpcStatus Error { get; init; } = GrpcStatus.Ok;

    public static void Write(ReflectionResponse response, WireWriter writer)
    {
        writer.Text(1, response.Request.Host);
        writer.Message(2, response.Request.Original);
        if (response.Files is { } files)
        {
            writer.Message(4, files, static (inner, files) =>
            {
                foreach (var file in files)
                    inner.Message(1, file);
            });
        }
        else if (response.ExtensionNumbers is { } numbers)
        {
            writer.Message(5, (response.Request.Name, numbers), static (inner, answer) =>
            {
                inner.Text(1, answer.Name);
                // Unpacked; readers of repeated numbers take both forms.
                foreach (var number in answer.numbers)
                    inner.Number(2, number);
            });
        }
        else if (response.Services is { } services)
        {
            writer.Message(6, services, static (inner, services) =>
            {
                foreach (var service in services)
                    inner.Message(1, service, static (one, name) => one.Text(1, name));
            });
        }
        else
        {
            writer.Message(7, response.Error, static (inner, error) =>
            {
                inner.Number(1, (long)error.Code);
                inner.Text(2, error.Detail);
            });
        }
    }
}
