using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Commands version and licence".</summary>
public sealed class LicenseTests
{
    [Fact, Spec("CFG-251")]
    public async Task The_certificate_comes_from_the_variable_or_the_flag_or_the_path_or_the_folder()
    {
        using var folder = new Folder();
        var good = folder.Write("good", Certificate(-1, 100));
        var bad = folder.Write("bad", Certificate(-10, -1));
        var content = Convert.ToBase64String(Encoding.UTF8.GetBytes(File.ReadAllText(good)));

        Assert.Equal(0, (await Run(new() { ["KRAKEND_LICENSE_BASE64"] = content, ["KRAKEND_LICENSE_PATH"] = bad }, "-l", bad)).Status);
        Assert.Equal(0, (await Run(new() { ["KRAKEND_LICENSE_PATH"] = bad }, "--license", good)).Status);
        Assert.Equal(0, (await Run(new() { ["KRAKEND_LICENSE_PATH"] = good })).Status);
        Assert.Matches(@"^KO: \./LICENSE: no such file\n$", (await Run([])).Out);
        folder.Write("LICENSE", File.ReadAllText(good));
        var run = await Run([]);
        Assert.Equal(0, run.Status);
        Assert.StartsWith("OK: ", run.Out, StringComparison.Ordinal);
        Assert.Empty(run.Error);

        Task<Finished> Run(Dictionary<string, string> variables, params string[] args) => Executable.RunInAsync(folder.Path, variables, ["license", .. args]);
    }

    [Theory, Spec("CFG-251", "CFG-252", "CFG-253")]
    [InlineData(0, "^OK: ", "license")]
    [InlineData(0, "^OK: ", "license", "valid-for", "90d")]
    [InlineData(0, "^OK: ", "license", "valid-for", "2399h")]
    [InlineData(1, "^KO: the licence expires on ", "license", "valid-for", "101d")]
    [InlineData(1, "^KO: the licence expires on ", "license", "valid-for", "2401h")]
    [InlineData(0, @"^99d23h\d+m\n$", "license", "valid-for")]
    [InlineData(0, @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n$", "license", "valid-until")]
    [InlineData(1, "^KO: ", "license", "valid-until", "2999-01-31")]
    [InlineData(0, "^OK: ", "license", "valid-until", "2020-01-31")]
    [InlineData(0, @"^99\n$", "license", "days-left")]
    [InlineData(0, @"^Acme, Inc\.\n$", "license", "licensee")]
    public async Task A_valid_licence_answers(int status, string answer, params string[] args)
    {
        using var folder = new Folder();
        folder.Write("LICENSE", Certificate(-1, 100));

        var run = await Executable.RunInAsync(folder.Path, null, args);

        Assert.Equal((status, ""), (run.Status, run.Error));
        Assert.Matches(answer, run.Out);
    }

    [Theory, Spec("CFG-251", "CFG-252", "CFG-253")]
    [InlineData(-10, -1, "^KO: the licence expired on ", "license")]
    [InlineData(-10, -1, "^KO: the licence expired on ", "license", "valid-for", "1h")]
    [InlineData(-10, -1, "^KO: ", "license", "valid-until", "2020-01-31")]
    [InlineData(-10, -1, "^KO: ", "license", "days-left")]
    [InlineData(-10, -1, "^$", "license", "licensee")]
    [InlineData(5, 10, "^KO: the licence is not valid before ", "license")]
    public async Task An_invalid_licence_fails(int start, int end, string answer, params string[] args)
    {
        using var folder = new Folder();
        folder.Write("LICENSE", Certificate(start, end));

        var run = await Executable.RunInAsync(folder.Path, null, args);

        Assert.Equal((1, ""), (run.Status, run.Error));
        Assert.Matches(answer, run.Out);
    }

    [Theory, Spec("CFG-251")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public async Task What_is_no_certificate_is_unreadable(string content)
    {
        using var folder = new Folder();
        folder.Write("LICENSE", content);

        var file = await Executable.RunInAsync(folder.Path, null, "license");
        var variable = await Executable.RunInAsync(folder.Path, new Dictionary<string, string> { ["KRAKEND_LICENSE_BASE64"] = "!" }, "license");

        Assert.Equal((1, 1), (file.Status, variable.Status));
        Assert.StartsWith("KO: ./LICENSE: no X.509 certificate in PEM", file.Out, StringComparison.Ordinal);
        Assert.StartsWith("KO: ", variable.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-252", "CFG-203")]
    [InlineData("license", "valid-for", "tomorrow")]
    [InlineData("license", "valid-for", "-3d")]
    [InlineData("license", "valid-until", "31.01.2027")]
    [InlineData("license", "forever")]
    [InlineData("license", "-l", "LICENSE", "forever")]
    public async Task What_cannot_be_understood_is_a_usage_error(params string[] args)
    {
        using var folder = new Folder();
        folder.Write("LICENSE", Certificate(-1, 100));

        var run = await Executable.RunInAsync(folder.Path, null, args);

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.Contains("Usage:", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-252", "CFG-204")]
    public async Task Flags_may_stand_before_and_behind_the_question()
    {
        using var folder = new Folder();
        var file = folder.Write("own", Certificate(-1, 100));

        var before = await Executable.RunAsync("license", "-l", file, "valid-for", "90d");
        var behind = await Executable.RunAsync("license", "valid-for", "90d", "-l", file);

        Assert.Equal(0, before.Status);
        Assert.Equal(before, behind);
    }

    private static string Certificate(int fromDays, int toDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=gateway, O=\"Acme, Inc.\"", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        return certificate.ExportCertificatePem();
    }
}
