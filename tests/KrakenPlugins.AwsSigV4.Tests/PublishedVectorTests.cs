using System.Globalization;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.AwsSigV4.Credentials;
using KrakenPlugins.AwsSigV4.Signing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.AwsSigV4.Tests;

/// <summary>
/// The cases that AWS publishes: its test suite for Signature Version 4 (requests and signatures), and the worked examples of the documentation of IAM and S3.
/// </summary>
public sealed class PublishedVectorTests
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private const string SessionToken =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    private static readonly AwsCredentials s_key = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

    [Theory, Spec("AUT-144")]
    [InlineData("get-vanilla", "GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-vanilla-query", "GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-vanilla-empty-query-key", "GET", "/?Param1=value1", "", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb")]
    [InlineData("get-vanilla-query-order-key", "GET", "/?Param1=value2&Param1=Value1", "", "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1")]
    [InlineData("get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [InlineData("get-vanilla-query-order-value", "GET", "/?Param1=value2&Param1=value1", "", "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694")]
    [InlineData("get-vanilla-query-unreserved", "GET", $"/?-._~{Letters}=-._~{Letters}", "", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197")]
    [InlineData("get-vanilla-utf8-query", "GET", "/?ሴ=bar", "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04")]
    [InlineData("get-utf8", "GET", "/ሴ", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    [InlineData("get-unreserved", "GET", $"/-._~{Letters}", "", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f")]
    [InlineData("get-header-key-duplicate", "GET", "/", "My-Header1:value2|My-Header1:value2|My-Header1:value1", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")]
    [InlineData("get-header-value-multiline", "GET", "/", "My-Header1:value1   value2      value3", "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd")]
    [InlineData("get-header-value-order", "GET", "/", "My-Header1:value4|My-Header1:value1|My-Header1:value3|My-Header1:value2", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01")]
    [InlineData("get-header-value-trim", "GET", "/", "My-Header1: value1|My-Header2: \"a   b   c\"", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")]
    [InlineData("normalize-path/get-relative", "GET", "/example/..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("normalize-path/get-relative-relative", "GET", "/example1/example2/../..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("normalize-path/get-slash", "GET", "//", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("normalize-path/get-slash-dot-slash", "GET", "/./", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("normalize-path/get-slashes", "GET", "//example//", "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84")]
    [InlineData("normalize-path/get-slash-pointless-dot", "GET", "/./example", "", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5")]
    [InlineData("normalize-path/get-space", "GET", "/example space/", "", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741")]
    [InlineData("post-vanilla", "POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("post-header-key-sort", "POST", "/", "My-Header1:value1", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c")]
    [InlineData("post-header-value-case", "POST", "/", "My-Header1:VALUE1", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d")]
    [InlineData("post-vanilla-query", "POST", "/?Param1=value1", "", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11")]
    [InlineData("post-sts-header-before", "POST", "/", $"X-Amz-Security-Token:{SessionToken}", "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead")]
    [InlineData("post-sts-header-after", "POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("post-x-www-form-urlencoded", "POST", "/", "Content-Type:application/x-www-form-urlencoded", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", "Param1=value1")]
    [InlineData("post-x-www-form-urlencoded-parameters", "POST", "/", "Content-Type:application/x-www-form-urlencoded; charset=utf8", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe", "Param1=value1")]
    public void The_signature_is_that_of_the_test_suite(string name, string method, string target, string headers, string signature, string body = "")
    {
        var signed = Sign("service", s_key, "20150830T123600Z", method, "example.amazonaws.com", target, headers, body);

        Assert.True(signed.EndsWith($"Signature={signature}", StringComparison.Ordinal), $"{name}: {signed}");
    }

    [Fact, Spec("AUT-144")]
    public void The_signature_is_that_of_the_documentation_of_iam()
    {
        var signed = Sign("iam", s_key, "20150830T123600Z", "GET", "iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08", "Content-Type:application/x-www-form-urlencoded; charset=utf-8");

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            signed);
    }

    [Theory, Spec("AUT-144")]
    [InlineData("GET", "/test.txt", "Range:bytes=0-9", "", "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("PUT", "/test%24file.text", "Date:Fri, 24 May 2013 00:00:00 GMT|x-amz-storage-class:REDUCED_REDUNDANCY", "Welcome to Amazon S3.", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")]
    [InlineData("PUT", "/test$file.text", "Date:Fri, 24 May 2013 00:00:00 GMT|x-amz-storage-class:REDUCED_REDUNDANCY", "Welcome to Amazon S3.", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")]
    [InlineData("GET", "/?lifecycle", "", "", "host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("GET", "/?prefix=J&max-keys=2", "", "", "host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void The_signature_is_that_of_the_documentation_of_s3(string method, string target, string headers, string body, string names, string signature)
    {
        var key = new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null);
        var hash = RequestSigner.Hash(Encoding.UTF8.GetBytes(body));

        var signed = Sign("s3", key, "20130524T000000Z", method, "examplebucket.s3.amazonaws.com", target, $"{headers}|x-amz-content-sha256:{hash}", body);

        Assert.Equal($"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders={names}, Signature={signature}", signed);
    }

    [Theory]
    [InlineData("execute-api", "/a%20b/%E1%88%B4", "/a%2520b/%25E1%2588%25B4")]
    [InlineData("execute-api", "/a//b/./c/", "/a/b/c/")]
    [InlineData("execute-api", "/a/b/..", "/a/")]
    [InlineData("execute-api", "/../../etc", "/etc")]
    [InlineData("execute-api", "/a:b(c)", "/a%3Ab%28c%29")]
    [InlineData("s3", "/a%20b/%e1%88%b4", "/a%20b/%E1%88%B4")]
    [InlineData("s3", "/a//b/./c/../d", "/a//b/./c/../d")]
    [InlineData("s3", "/a:b(c)%41", "/a%3Ab%28c%29A")]
    [InlineData("s3", "/100%", "/100%25")]
    [Spec("AUT-144")]
    public void Paths_are_encoded_again_but_for_s3(string service, string path, string canonical) => Assert.Equal(canonical, Canonical(service, path).Split('\n')[1]);

    [Theory]
    [InlineData("a=1&a=0&b", "a=0&a=1&b=")]
    [InlineData("b=2&&a=1&", "a=1&b=2")]
    [InlineData("x=a%2fb&x=%41", "x=A&x=a%2Fb")]
    [InlineData("a%20b=c=d", "a%20b=c%3Dd")]
    [InlineData("=v&%zz=1", "=v&%25zz=1")]
    [InlineData("A=1&a=1&_=1", "A=1&_=1&a=1")]
    [Spec("AUT-144")]
    public void Queries_are_sorted_with_repeated_names_kept(string query, string canonical) => Assert.Equal(canonical, Canonical("execute-api", $"/?{query}").Split('\n')[2]);

    [Theory]
    [InlineData("/p?a=b+c", "/p?a=b%20c")]
    [InlineData("/p+q?a=1", "/p+q?a=1")]
    [InlineData("/p+q", "/p+q")]
    [Spec("AUT-288")]
    public void A_plus_in_the_query_is_sent_as_a_space_that_nobody_can_mistake(string target, string sent) => Assert.Equal(sent, SignedTarget.Of(target));

    [Fact, Spec("AUT-288")]
    public void Headers_that_change_on_the_way_are_not_signed()
    {
        var canonical = Canonical("execute-api", "/", "User-Agent:x|X-Forwarded-For:1.2.3.4|Via:1.1 x|Accept-Encoding:gzip|Connection:close|X_under:1|Xa:1|Traceparent:00");

        Assert.Equal("host;x-amz-date;x_under;xa", canonical.Split('\n')[^2]);
    }

    private static string Canonical(string service, string target, string headers = "")
    {
        var canonical = "";
        Sign(service, s_key, "20150830T123600Z", "GET", "h", target, headers, "", (text, _) => canonical = text);
        return canonical;
    }

    private static string Sign(
        string service, AwsCredentials key, string stamp, string method, string host, string target, string headers, string body = "", Action<string, string>? trace = null)
    {
        var list = new NameValueList(ignoreCase: true);
        foreach (var header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            list.Add(header[..colon], header[(colon + 1)..]);
        }
        list.Add("X-Amz-Date", stamp);
        Assert.Equal(stamp, RequestSigner.Stamp(DateTimeOffset.ParseExact(stamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)));
        return new RequestSigner(service, "us-east-1").Sign(new SignedRequest(method, host, "", target, list, RequestSigner.Hash(Encoding.UTF8.GetBytes(body))), key, stamp, trace);
    }
}
