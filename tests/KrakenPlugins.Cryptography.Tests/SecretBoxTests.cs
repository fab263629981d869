using Xunit;

namespace KrakenPlugins.Cryptography.Tests;

public sealed class SecretBoxTests
{
    // From "Cryptography in NaCl", section 10.
    private const string Key = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
    private const string Nonce = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37";
    private const string Message = "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705";
    private const string Box = "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5";

    [Fact]
    public void Seals_and_opens_the_example_of_nacl()
    {
        var box = new byte[Box.Length / 2];
        SecretBox.Seal(Convert.FromHexString(Key), Convert.FromHexString(Nonce), Convert.FromHexString(Message), box);
        var message = new byte[Message.Length / 2];
        var isOpen = SecretBox.TryOpen(Convert.FromHexString(Key), Convert.FromHexString(Nonce), box, message);

        Assert.Equal(Box, Convert.ToHexStringLower(box));
        Assert.True(isOpen);
        Assert.Equal(Message, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void Seals_the_example_of_go()
    {
        var (key, nonce, message) = (Filled(32, 1), Filled(24, 2), Filled(64, 3));
        var box = new byte[80];
        SecretBox.Seal(key, nonce, message, box);

        Assert.Equal("8442bc313f4626f1359e3b50122b6ce6fe66ddfe7d39d14e637eb4fd5b45beadab55198df6ab5368439792a23c87db70acb6156dc5ef957ac04f6276cf6093b84be77ff0849cc33e34b7254d5a8f65ad", Convert.ToHexStringLower(box));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(96)]
    [InlineData(1000)]
    public void Messages_of_any_length_come_back(int length)
    {
        var (key, nonce, message) = (Filled(32, 1), Filled(24, 2), Filled(length, 3));
        var (box, opened) = (new byte[length + SecretBox.Overhead], new byte[length]);
        SecretBox.Seal(key, nonce, message, box);

        Assert.True(SecretBox.TryOpen(key, nonce, box, opened));
        Assert.Equal(message, opened);
    }

    [Fact]
    public void Every_changed_bit_of_a_box_is_noticed_and_nothing_is_written()
    {
        var (key, nonce) = (Filled(32, 1), Filled(24, 2));
        var (box, opened) = (new byte[36], new byte[20]);
        SecretBox.Seal(key, nonce, Filled(20, 3), box);

        for (var bit = 0; bit < 8 * box.Length; bit++)
        {
            box[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.False(SecretBox.TryOpen(key, nonce, box, opened));
            box[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
        Assert.False(SecretBox.TryOpen(Filled(32, 4), nonce, box, opened));
        Assert.False(SecretBox.TryOpen(key, Filled(24, 4), box, opened));
        Assert.Equal(new byte[20], opened);
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(static () => SecretBox.Seal(new byte[31], new byte[24], default, new byte[16]));
        Assert.Throws<ArgumentException>(static () => SecretBox.Seal(new byte[32], new byte[23], default, new byte[16]));
        Assert.Throws<ArgumentException>(static () => SecretBox.Seal(new byte[32], new byte[24], default, new byte[15]));
        Assert.Throws<ArgumentException>(static () => SecretBox.TryOpen(new byte[32], new byte[24], new byte[20], new byte[5]));
        Assert.False(SecretBox.TryOpen(new byte[32], new byte[24], new byte[15], default));
    }

    private static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }
}
