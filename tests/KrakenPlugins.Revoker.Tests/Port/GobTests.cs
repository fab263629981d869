using Gateway.Testing;
using KrakenPlugins.Revoker.Port;
using KrakenPlugins.Revoker.Port.Gob;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.Port;

/// <summary>Bytes worked out from the documentation of Go's encoding/gob ("Encoding Details").</summary>
public sealed class GobTests
{
    // The example of the documentation: struct Point { X, Y int } with 22 and 33.
    private const string PointType = "1f ff81 03 01 01 05 'Point' 01 ff82 00 01 02 01 01 'X' 01 04 00 01 01 'Y' 01 04 00 00 00";
    private const string PointValue = "07 ff82 01 2c 01 42 00";

    [Theory, Spec("AUT-073")]
    [InlineData("00", 0UL)]
    [InlineData("7f", 127UL)]
    [InlineData("ff80", 128UL)]
    [InlineData("fe0100", 256UL)]
    [InlineData("f8ffffffffffffffff", ulong.MaxValue)]
    public void Unsigned_numbers_are_one_byte_or_a_negated_length_and_bytes(string bytes, ulong value)
    {
        Assert.Equal(bytes, Convert.ToHexStringLower(new GobWriter().UInt(value).ToArray()));
        Assert.Equal(value, new GobReader(Convert.FromHexString(bytes)).ReadUInt());
    }

    [Theory, Spec("AUT-073")]
    [InlineData("00", 0)]
    [InlineData("01", -1)]
    [InlineData("2c", 22)]
    [InlineData("ff81", -65)]
    [InlineData("fe0200", 256)]
    public void Signed_numbers_have_their_sign_in_the_lowest_bit(string bytes, long value)
    {
        Assert.Equal(bytes, Convert.ToHexStringLower(new GobWriter().Int(value).ToArray()));
        Assert.Equal(value, new GobReader(Convert.FromHexString(bytes)).ReadInt());
    }

    // "17.0 … is transmitted as fe 31 40": the bits 0x4031000000000000 reversed.
    [Fact, Spec("AUT-073")]
    public void Floats_are_their_bits_reversed()
    {
        Assert.Equal("fe3140", Convert.ToHexStringLower(new GobWriter().Float(17).ToArray()));
        Assert.Equal(17, new GobReader(Convert.FromHexString("fe3140")).ReadFloat());
    }

    [Fact, Spec("AUT-073")]
    public void The_description_of_a_struct_is_written_as_documented() =>
        Assert.Equal(Wire.Bytes(PointType), GobWriter.Struct(65, "Point", ("X", GobTypes.Int), ("Y", GobTypes.Int)));

    [Fact, Spec("AUT-073")]
    public void A_struct_is_read_by_the_names_of_its_fields()
    {
        var types = new GobTypes();

        Assert.Null(types.Read(Wire.Bytes(PointType).AsMemory(1)));
        Assert.NotNull(types.Read(Wire.Bytes(PointValue).AsMemory(1)));
    }

    [Fact, Spec("AUT-073")]
    public void Fields_that_nobody_asks_for_are_passed_over()
    {
        // struct { A map[string][]float64; B string; C struct{X,Y int}; D bool } with {"k": [17]}, "b", {22, 33}, true.
        var types = new GobTypes();
        types.Read(Wire.Bytes(PointType).AsMemory(1));
        types.Read(new GobWriter().Int(-66).UInt(2).UInt(1).UInt(1).Text("[]float64").UInt(1).Int(66).UInt(0).UInt(1).Int(4).UInt(0).UInt(0).ToArray());
        types.Read(new GobWriter().Int(-67).UInt(4).UInt(1).UInt(1).Text("m").UInt(1).Int(67).UInt(0).UInt(1).Int(6).UInt(1).Int(66).UInt(0).UInt(0).ToArray());
        types.Read(GobWriter.Struct(68, "S", ("A", 67), ("B", 6), ("C", 65), ("D", 1)).AsMemory(1));

        var record = types.Read(new GobWriter().Int(68).UInt(1).UInt(1).Text("k").UInt(1).Float(17).UInt(1).Text("b").UInt(1).UInt(1).Int(22).UInt(1).Int(33).UInt(0).UInt(1).UInt(1).UInt(0).ToArray())!;

        Assert.Equal("b", record.Text("B", 10));
        Assert.Equal("", record.Text("missing", 10));
    }

    [Theory, Spec("AUT-073", "AUT-251")]
    // A value of a type that was never described.
    [InlineData("ff82 01 2c 00")]
    // A description that is not whole.
    [InlineData("ff81 03 01 01 7f 'Point'")]
    // A number of nine bytes.
    [InlineData("ff81 f7 01 01 01 01 01 01 01 01 01")]
    // A struct of a million fields.
    [InlineData("ff81 03 02 fd 0f4240")]
    // A type of an unknown kind.
    [InlineData("ff81 7f")]
    // A type of two kinds.
    [InlineData("ff81 03 00 01 00 00")]
    [InlineData("")]
    public void Garbage_is_refused_without_harm(string message) => Assert.Throws<PortException>(() => new GobTypes().Read(Wire.Bytes(message)));

    [Fact, Spec("AUT-251")]
    public void A_type_that_contains_itself_ends_at_a_depth()
    {
        var types = new GobTypes();
        types.Read(new GobWriter().Int(-65).UInt(2).UInt(2).Int(65).UInt(0).UInt(0).ToArray());
        types.Read(GobWriter.Struct(66, "S", ("A", 65)).AsMemory(1));
        var nested = new GobWriter().Int(66).UInt(1);
        for (var i = 0; i < 10_000; i++)
            nested.UInt(1);

        var refusal = Assert.Throws<PortException>(() => types.Read(nested.UInt(0).ToArray()));
        Assert.Contains("nested", refusal.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-251")]
    public void A_stream_cannot_describe_types_for_ever()
    {
        var types = new GobTypes();

        Assert.Throws<PortException>(() =>
        {
            for (var id = 65; id < 1000; id++)
                types.Read(GobWriter.Struct(id, "S").AsMemory(1));
        });
    }

    [Fact, Spec("AUT-251")]
    public void Bytes_at_random_never_get_further_than_a_refusal()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var message = Wire.Bytes(i % 2 == 0 ? PointType : "ff83 03 01 01 08 'AddInput' 01 ff84 00 01 01 01 05 'Elems' 01 ff86 00 00 00");
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                message[random.Next(message.Length)] = (byte)random.Next(256);
            var types = new GobTypes();
            try
            {
                types.Read(message);
                types.Read(message.AsMemory(1));
            }
            catch (PortException)
            {
                // That is what it is for.
            }
        }
    }
}
