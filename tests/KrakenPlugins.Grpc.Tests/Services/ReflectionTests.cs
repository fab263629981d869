using System.Buffers;
using System.Text;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Services;
using KrakenPlugins.Grpc.Tests.Testing;
using KrakenPlugins.Grpc.Wire;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests.Services;

public sealed class ReflectionTests : IAsyncLifetime
{
    private static readonly byte[] s_base = Message(static file =>
    {
        file.Text(1, "base.proto");
        file.Text(2, "acme");
        file.Message(4, Message(static message =>
        {
            message.Text(1, "Outer");
            message.Message(2, Message(static field => field.Text(1, "id")));
            message.Message(3, Message(static nested => nested.Text(1, "Inner")));
            message.Message(4, Message(static inner =>
            {
                inner.Text(1, "Mood");
                inner.Message(2, Message(static value => value.Text(1, "GOOD")));
            }));
        }));
    });

    private static readonly byte[] s_service = Message(static file =>
    {
        file.Text(1, "service.proto");
        file.Text(2, "acme");
        file.Text(3, "base.proto");
        file.Text(3, "absent.proto");
        file.Message(6, Message(static service =>
        {
            service.Text(1, "Echo");
            service.Message(2, Message(static method => method.Text(1, "Say")));
        }));
        file.Message(7, Message(static extension =>
        {
            extension.Text(1, "tag");
            extension.Text(2, ".acme.Outer");
            extension.Number(3, 100);
        }));
    });

    private GrpcHost _host = null!;

    public static TheoryData<string, int, string, string> Questions() => new()
    {
        { "list", 7, "*", "services acme.Echo" },
        { "file", 3, "base.proto", "files base.proto" },
        { "file with what it needs", 3, "service.proto", "files service.proto base.proto" },
        { "no file", 3, "none.proto", "error 5 nothing here is called none.proto" },
        { "service", 4, "acme.Echo", "files service.proto base.proto" },
        { "method", 4, "acme.Echo.Say", "files service.proto base.proto" },
        { "message", 4, "acme.Outer", "files base.proto" },
        { "field", 4, "acme.Outer.id", "files base.proto" },
        { "nested", 4, "acme.Outer.Inner", "files base.proto" },
        { "enum", 4, "acme.Outer.Mood", "files base.proto" },
        { "value", 4, "acme.Outer.GOOD", "files base.proto" },
        { "extension by name", 4, "acme.tag", "files service.proto base.proto" },
        { "no symbol", 4, "acme.None", "error 5 nothing here is called acme.None" },
        { "extension", 5, "acme.Outer", "files service.proto base.proto" },
        { "numbers", 6, "acme.Outer", "numbers acme.Outer 100" },
        { "no numbers", 6, "acme.Outer.Inner", "numbers acme.Outer.Inner" },
        { "no type", 6, "acme.None", "error 5 nothing here is called acme.None" },
        { "nothing", 0, "", "error 3 the request asks nothing" },
    };

    [Theory]
    [MemberData(nameof(Questions))]
    [Spec("GRP-085")]
    public async Task Both_versions_answer_questions(string what, int field, string name, string expected)
    {
        Assert.NotEmpty(what);
        using var channel = _host.Channel();
        foreach (var service in ReflectionService.Names)
        {
            await using var raw = channel.Open(new GrpcMethod<ReadOnlySequence<byte>, string>(GrpcMethodKind.Duplex, service, "ServerReflectionInfo",
                RawMarshaller.Lent, new WireMarshaller<string>(static (_, _) => throw new NotSupportedException(), Describe)));

            Assert.True(await raw.WriteAsync(new ReadOnlySequence<byte>(Question(field, name))));
            raw.Complete();

            Assert.Equal(expected, (await raw.ReadAsync().InTime()).Message);
            Assert.Equal(GrpcStatus.Ok, (await raw.ReadAsync().InTime()).Status);
        }
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("0a05")]
    [InlineData("0a020a00")]
    [InlineData("0a0508011a0100")]
    [Spec("GRP-086")]
    public void What_is_no_set_of_descriptors_is_refused(string hex) =>
        Assert.Throws<FormatException>(() => new DescriptorIndex().Add(Convert.FromHexString(hex)));

    [Fact]
    [Spec("GRP-086")]
    public void Messages_nested_without_end_are_refused()
    {
        var inner = Message(static message => message.Text(1, "M"));
        for (var i = 0; i < 100; i++)
        {
            var last = inner;
            inner = Message(message =>
            {
                message.Text(1, "M");
                message.Message(3, last);
            });
        }
        var set = Message(set => set.Message(1, Message(file =>
        {
            file.Text(1, "deep.proto");
            file.Message(4, inner);
        })));

        Assert.Throws<FormatException>(() => new DescriptorIndex().Add(set));
    }

    public async Task InitializeAsync()
    {
        var index = new DescriptorIndex().Add(Message(static set =>
        {
            set.Message(1, s_base);
            set.Message(1, s_service);
        }));
        _host = await GrpcHost.StartAsync(new GrpcServerBuilder().Add(new ReflectionService(index, index.Services)).Build());
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static byte[] Question(int field, string name) => Message(writer =>
    {
        if (field == 5)
        {
            writer.Message(5, Message(inner =>
            {
                inner.Text(1, name);
                inner.Number(2, 100);
            }));
        }
        else if (field != 0)
        {
            writer.Text(field, name);
        }
    });

    private static byte[] Message(Action<WireWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(new WireWriter(buffer));
        return buffer.WrittenSpan.ToArray();
    }

    private static bool Describe(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            text += reader.Field switch
            {
                4 => "files" + Fields(reader.Bytes(), static file => Fields(file, static name => " " + Encoding.UTF8.GetString(name), 1), 1),
                5 => "numbers" + Numbers(reader.Bytes()),
                6 => "services" + Fields(reader.Bytes(), static service => Fields(service, static name => " " + Encoding.UTF8.GetString(name), 1), 1),
                7 => "error" + Numbers(reader.Bytes()),
                _ => Skipped(ref reader),
            };
        }
        return !reader.IsBroken;
    }

    private delegate string Part(ReadOnlySpan<byte> bytes);

    private static string Fields(ReadOnlySpan<byte> bytes, Part describe, int field)
    {
        var text = "";
        var reader = new WireReader(bytes);
        while (reader.Next())
            text += reader.Field == field ? describe(reader.Bytes()) : Skipped(ref reader);
        return text;
    }

    // Texts and numbers of fields 1 and 2, in their order.
    private static string Numbers(ReadOnlySpan<byte> bytes)
    {
        var text = "";
        for (var at = 0; at < bytes.Length;)
        {
            var isText = (bytes[at] & 7) == 2;
            var length = isText ? bytes[at + 1] : 0;
            text += " " + (isText ? Encoding.UTF8.GetString(bytes.Slice(at + 2, length)) : bytes[at + 1].ToString(System.Globalization.CultureInfo.InvariantCulture));
            at += 2 + length;
        }
        return text;
    }

    private static string Skipped(ref WireReader reader)
    {
        reader.Skip();
        return "";
    }
}
