using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Cryptography.Tests;

public sealed class BcryptTests
{
    // Published vectors of jBCrypt and of crypt_blowfish.
    [Theory, Spec("CFG-111")]
    [InlineData("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC")]
    [InlineData("~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO")]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    public void Public_hashes_of_bcrypt_verify(string password, string hash)
    {
        Assert.True(BcryptHash.Verify(password, hash));
        Assert.False(BcryptHash.Verify(password + "x", hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$2a$06$")]
    [InlineData("$2x$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("$2a$03$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("$2a$aa$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("$2a$06$DCq7YPn5Rq63x1Lad4cl!.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    public void What_is_no_hash_verifies_nothing(string hash) => Assert.False(BcryptHash.Verify("", hash));
}
