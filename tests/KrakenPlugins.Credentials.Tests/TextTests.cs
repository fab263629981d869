using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Credentials.Tests;

public sealed class TextTests
{
    [Fact]
    public void A_form_is_written_as_browsers_do()
    {
        var form = FormText.Write([new("a b", "c&d=é+"), new("x", "-_.~")]);

        Assert.Equal("a+b=c%26d%3D%C3%A9%2B&x=-_.~", Encoding.ASCII.GetString(form));
    }

    [Fact]
    public void A_form_is_read_with_the_first_of_equals()
    {
        var fields = FormText.Read("a=1&a=2&b+c=%C3%A9+x&d&%zz=1");

        Assert.Equal(("1", "é x", "", "1"), (fields["a"], fields["b c"], fields["d"], fields["%zz"]));
    }

    [Theory, Spec("AUT-120", "SEC-104")]
    [InlineData("wrong secret s3cr3t/+ for client", "wrong secret *** for client")]
    [InlineData("s3cr3t%2F%2B", "***")]
    [InlineData("czNjcjN0Lys=", "***")]
    [InlineData("a\r\nERROR: forged", "a  ERROR: forged")]
    public void What_a_provider_says_is_logged_without_secrets_on_one_line(string text, string logged) => Assert.Equal(logged, new ProviderText(["s3cr3t/+", ""]).Clean(text));

    [Fact]
    public void What_a_provider_says_is_cut() => Assert.Equal(301, new ProviderText([]).Clean(new string('x', 5000)).Length);

    [Fact, Spec("AUT-123")]
    public void A_client_cannot_name_the_gateways_header_in_connection()
    {
        var headers = new NameValueList(ignoreCase: true);
        headers.Add("Connection", "close, X-Own");
        headers.Add("X-Own", "1");
        headers.Add("connection", "authorization, x-forwarded-for");
        headers.Add("X-Forwarded-For", "1.2.3.4");
        headers.Add("Authorization", "client");

        HopByHop.Settle(headers);

        Assert.Equal(["X-Forwarded-For"], headers.Items.ToArray().Select(static h => h.Key));
    }
}
