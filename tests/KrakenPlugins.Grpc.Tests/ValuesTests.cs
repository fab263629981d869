using System.Text;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests;

public sealed class ValuesTests
{
    [Theory]
    [InlineData("1n", 1)]
    [InlineData("100n", 1)]
    [InlineData("101n", 2)]
    [InlineData("1u", 10)]
    [InlineData("1m", 10_000)]
    [InlineData("1S", 10_000_000)]
    [InlineData("1M", 600_000_000)]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("00000001S", 10_000_000)]
    [InlineData("99999999H", 99_999_999 * 36_000_000_000)]
    [InlineData("0m", 0)]
    [Spec("GRP-030")]
    public void Timeouts_are_read(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("100000000S")]
    [InlineData("١S")]
    [Spec("GRP-030")]
    public void What_is_no_timeout_is_refused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Theory]
    [InlineData(0, "1n")]
    [InlineData(-5, "1n")]
    [InlineData(1, "1u")]
    [InlineData(10, "1u")]
    [InlineData(11, "2u")]
    [InlineData(20_000_000, "2000000u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(999_999_991, "100000m")]
    [InlineData(10_000_000_000_000, "1000000S")]
    [Spec("GRP-030")]
    public void Timeouts_are_written_with_eight_digits_at_most_and_never_shorter_than_they_are(long ticks, string expected)
    {
        var text = GrpcTimeout.Format(new TimeSpan(ticks));

        Assert.Equal(expected, text);
        Assert.True(GrpcTimeout.TryParse(text, out var read));
        Assert.True(read.Ticks >= ticks);
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb\t", "a%0D%0Ab%09")]
    [InlineData("☺", "%E2%98%BA")]
    [InlineData("😈", "%F0%9F%98%88")]
    [InlineData("\u007f", "%7F")]
    [Spec("GRP-054")]
    public void Status_messages_are_percent_encoded(string text, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(text));
        Assert.Equal(text, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("50% off", "50% off")]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("%41%", "A%")]
    [InlineData("%ff", "\ufffd")]
    [InlineData("ü", "ü")]
    [Spec("GRP-054")]
    public void Broken_encodings_of_a_message_stay_readable(string encoded, string text) => Assert.Equal(text, StatusMessage.Decode(encoded));

    [Fact]
    [Spec("GRP-054")]
    public void A_long_message_is_cut_between_characters()
    {
        Assert.Equal("ab%E2%98%BA", StatusMessage.Encode("ab☺☺", 12));
        Assert.Equal("aaa", StatusMessage.Encode("aaaaaa", 3));
        Assert.Equal("%EF%BF%BD", StatusMessage.Encode("\ud83d"));
    }

    [Theory]
    [InlineData(400, GrpcStatusCode.Internal)]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(429, GrpcStatusCode.Unavailable)]
    [InlineData(500, GrpcStatusCode.Unknown)]
    [InlineData(502, GrpcStatusCode.Unavailable)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    [InlineData(504, GrpcStatusCode.Unavailable)]
    [InlineData(302, GrpcStatusCode.Unknown)]
    [InlineData(204, GrpcStatusCode.Unknown)]
    [Spec("GRP-023")]
    public void HTTP_statuses_become_statuses(int status, GrpcStatusCode code) => Assert.Equal(code, StatusMapping.FromHttpStatus(status));

    [Theory]
    [InlineData(0x0, GrpcStatusCode.Internal)]
    [InlineData(0x1, GrpcStatusCode.Internal)]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    [InlineData(0x3, GrpcStatusCode.Internal)]
    [InlineData(0x7, GrpcStatusCode.Unavailable)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xb, GrpcStatusCode.ResourceExhausted)]
    [InlineData(0xc, GrpcStatusCode.PermissionDenied)]
    [Spec("GRP-025")]
    public void Resets_become_statuses(long error, GrpcStatusCode code) => Assert.Equal(code, StatusMapping.FromHttp2Error(error));

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData(":path")]
    [InlineData("a\r\nb")]
    [InlineData("content-type")]
    [InlineData("TE")]
    [InlineData("grpc-status")]
    [InlineData("grpc-anything")]
    [InlineData("connection")]
    [InlineData("transfer-encoding")]
    [InlineData("host")]
    [Spec("GRP-050")]
    public void Names_that_are_none_or_not_ones_own_are_refused(string name)
    {
        Assert.False(new GrpcMetadata().TryAdd(name, "value"));
        Assert.Throws<ArgumentException>(() => new GrpcMetadata().Add(name, "value"));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\u007f")]
    [InlineData("ü")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("\t")]
    [Spec("GRP-050")]
    public void Values_that_would_not_arrive_are_refused(string value) => Assert.False(new GrpcMetadata().TryAdd("name", value));

    [Fact]
    [Spec("GRP-050")]
    public void Names_are_lower_case_and_keep_order_and_repetition()
    {
        var metadata = new GrpcMetadata().Add("X-Two", "1").Add("x-one", "2").Add("X-TWO", "3").Add("x-raw-bin", [0]).Add("grpc-status-details-bin", [1]);

        Assert.Equal(["x-two", "x-one", "x-two", "x-raw-bin", "grpc-status-details-bin"], metadata.Select(static entry => entry.Name));
        Assert.Equal("1", metadata.Text("x-two"));
        Assert.Equal([0], metadata.Bytes("x-raw-bin"));
        Assert.False(metadata.TryAdd("x-raw-bin", "text"));
        Assert.False(metadata.TryAdd("x-one", [1]));
    }

    [Theory]
    [InlineData("q6ur", "ababab")]
    [InlineData("", "")]
    [InlineData("YQ", "61")]
    [InlineData("YQ==", "61")]
    [InlineData("YWI", "6162")]
    [InlineData("YWI=", "6162")]
    [InlineData("+/+/", "fbffbf")]
    [Spec("GRP-051")]
    public void Base64_is_read_with_padding_and_without(string text, string hex)
    {
        Assert.True(MetadataValues.TryDecode(text, out var bytes));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
        Assert.True(MetadataValues.IsDecodable(text));
        Assert.Equal(text.TrimEnd('='), MetadataValues.Encode(bytes));
        Assert.Equal(text.TrimEnd('=').Length, MetadataValues.EncodedLength(bytes.Length));
    }

    [Fact]
    [Spec("GRP-051")]
    public void Base64_of_every_length_comes_back()
    {
        for (var length = 0; length < 700; length++)
        {
            var bytes = new byte[length];
            Random.Shared.NextBytes(bytes);

            Assert.True(MetadataValues.TryDecode(MetadataValues.Encode(bytes), out var back));
            Assert.Equal(bytes, back);
            Assert.True(MetadataValues.TryDecode(Convert.ToBase64String(bytes), out back));
            Assert.Equal(bytes, back);
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("YQ=")]
    [InlineData("YQ===")]
    [InlineData("Y Q")]
    [InlineData("_-_-")]
    [InlineData("YQ==YQ==")]
    [InlineData("=")]
    [Spec("GRP-052")]
    public void What_is_no_base64_is_refused(string text)
    {
        Assert.False(MetadataValues.TryDecode(text, out _));
        Assert.False(MetadataValues.IsDecodable(text));
    }

    [Theory]
    [InlineData("", "M")]
    [InlineData("S", "")]
    [InlineData("S", "a/b")]
    [InlineData("..", "M")]
    [InlineData("S", "..")]
    [InlineData("a b", "M")]
    [InlineData("S?", "M")]
    [InlineData("S%2f", "M")]
    [InlineData("S\r\n", "M")]
    [Spec("GRP-029")]
    public void What_cannot_be_the_path_of_a_call_is_no_method(string service, string name) =>
        Assert.Throws<ArgumentException>(() => new GrpcMethod<PooledPayload, PooledPayload>(GrpcMethodKind.Unary, service, name, RawMarshaller.Pooled, RawMarshaller.Pooled));

    [Fact]
    public void The_assembly_refers_to_the_framework_only() =>
        Assert.All(typeof(GrpcStatus).Assembly.GetReferencedAssemblies(), static name => Assert.Matches(@"^(System|Microsoft\.AspNetCore|Microsoft\.Extensions)\.", name.Name));

    [Fact]
    public void Statuses_read_as_sentences() =>
        Assert.Equal("NotFound: no such thing", new GrpcStatus(GrpcStatusCode.NotFound, "no such thing").ToString());

    [Fact]
    [Spec("GRP-016")]
    public void The_wire_reader_ends_on_whatever_is_broken()
    {
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(24)];
            random.NextBytes(bytes);
            var reader = new Wire.WireReader(bytes);
            for (var fields = 0; reader.Next(); fields++)
            {
                Assert.True(fields <= bytes.Length);
                if (reader.Field % 2 == 0)
                    reader.Skip();
                else if (reader.Field % 3 == 0)
                    reader.Text();
                else
                    reader.Number();
            }
        }
    }

    [Fact]
    public void The_wire_writer_writes_what_the_reader_reads()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new Wire.WireWriter(buffer);
        writer.Number(1, -1);
        writer.Text(2, "ü");
        writer.Bytes(3, [1, 2]);
        writer.Bool(4, true);
        writer.Number(5, 0);
        writer.Message(16, 300, static (inner, number) => inner.Number(1, number));

        Assert.Equal("08ffffffffffffffffff011202c3bc1a020102200182010308ac02", Convert.ToHexStringLower(buffer.WrittenSpan));
        Assert.Equal("ü", Encoding.UTF8.GetString(buffer.WrittenSpan.Slice(13, 2)));
    }
}
