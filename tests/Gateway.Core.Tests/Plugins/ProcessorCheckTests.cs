using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using Gateway.Core.Plugins;
using Xunit;

namespace Gateway.Core.Tests.Plugins;

public sealed class ProcessorCheckTests
{
    private static readonly byte[] s_image = File.ReadAllBytes(typeof(ProcessorCheckTests).Assembly.Location);

    [Fact]
    public void An_assembly_of_intermediate_language_runs_everywhere() => Assert.Null(ProcessorCheck.Foreign(s_image));

    [Fact]
    public void An_assembly_that_requires_32_bits_is_foreign_to_a_64_bit_process()
    {
        using var reader = new PEReader(new MemoryStream(s_image));
        var image = s_image.ToArray();
        var flags = image.AsSpan(reader.PEHeaders.CorHeaderStartOffset + 16);
        BinaryPrimitives.WriteUInt32LittleEndian(flags, (uint)(reader.PEHeaders.CorHeader!.Flags | CorFlags.Requires32Bit));

        Assert.Equal(Environment.Is64BitProcess ? Machine.I386 : null, ProcessorCheck.Foreign(image));
    }

    [Fact]
    public void An_image_of_another_processor_is_named()
    {
        var image = s_image.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x3c)) + 4), (ushort)Machine.ArmThumb2);

        Assert.Equal(Machine.ArmThumb2, ProcessorCheck.Foreign(image));
    }

    [Fact]
    public void What_breaks_off_anywhere_in_its_headers_or_points_out_of_itself_is_left_to_the_runtime_without_a_fault()
    {
        for (var length = 0; length < 1024; length++)
            ProcessorCheck.Foreign(s_image.AsSpan(0, length));
        var image = s_image.ToArray();
        var start = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x3c));
        for (var at = 0; at < start + 512; at++)
        {
            var kept = image[at];
            image[at] = 0xff;
            ProcessorCheck.Foreign(image);
            image[at] = kept;
        }
        Assert.Null(ProcessorCheck.Foreign([]));
    }
}
