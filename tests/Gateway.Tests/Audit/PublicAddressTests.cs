using Gateway.Commands.Audit;
using Gateway.Testing;

namespace Gateway.Tests.Audit;

/// <summary>Which URLs are clear text, and to whom.</summary>
public sealed class PublicAddressTests
{
    [Theory, Spec("CFG-314")]
    [InlineData("http://shop.example.com", true, true)]
    [InlineData("HTTP://Shop.Example.COM.:8080/a?b", true, true)]
    [InlineData("http://ann:hush@shop.example.com", true, true)]
    [InlineData("http://93.184.216.34", true, true)]
    [InlineData("http://[2606:2800:220:1::1]:80/", true, true)]
    [InlineData("http://172.32.0.1", true, true)]
    [InlineData("http://172.16.0.1", true, false)]
    [InlineData("http://192.168.1.1", true, false)]
    [InlineData("http://100.64.0.1", true, false)]
    [InlineData("http://169.254.169.254", true, false)]
    [InlineData("http://[fd00::1]", true, false)]
    [InlineData("http://[fe80::1]", true, false)]
    [InlineData("http://[::ffff:10.0.0.1]", true, false)]
    [InlineData("http://stock:8080", true, false)]
    [InlineData("http://stock.shop.svc.cluster.local", true, false)]
    [InlineData("http://stock.internal", true, false)]
    [InlineData("http://localhost:9876/keys", false, false)]
    [InlineData("http://a.localhost", false, false)]
    [InlineData("http://127.8.8.8", false, false)]
    [InlineData("http://[::1]:1", false, false)]
    [InlineData("https://shop.example.com", false, false)]
    [InlineData("http://{host}.example.com", false, false)]
    [InlineData("http://${HOST}", false, false)]
    [InlineData("http://", false, false)]
    [InlineData("http://[", false, false)]
    [InlineData("", false, false)]
    [InlineData("shop.example.com", false, false)]
    public void Tells_whom_clear_text_reaches(string url, bool isClearText, bool isPublic) =>
        Assert.Equal((isClearText, isPublic), (PublicAddress.IsClearText(url), PublicAddress.IsPublicClearText(url)));
}
