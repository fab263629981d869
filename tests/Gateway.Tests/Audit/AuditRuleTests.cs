using System.Globalization;
using Gateway.Commands.Audit;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Tests.Audit;

/// <summary>"Command audit": the table of rules.</summary>
public sealed class AuditRuleTests
{
    public static TheoryData<int, string> Reference => Numbered(ReferenceRows.All);

    public static TheoryData<int, string> Own => Numbered(OwnRows.All);

    [Fact, Spec("CFG-237", "CFG-312")]
    public void The_smallest_good_configuration_has_no_findings() => Assert.Empty(Audit(AuditSubject.With()));

    [Theory, Spec("CFG-237", "CFG-239", "TRF-202", "TRF-203")]
    [MemberData(nameof(Reference))]
    public void A_rule_of_the_reference_fires_alone(int row, string rule) => Fires(ReferenceRows.All[row], rule);

    [Theory, Spec("CFG-237", "CFG-239", "TRF-202", "TRF-203")]
    [MemberData(nameof(Reference))]
    public void A_rule_of_the_reference_spares_what_only_looks_alike(int row, string rule) => Spares(ReferenceRows.All[row], rule);

    [Theory, Spec("CFG-312", "CFG-248", "CFG-314")]
    [MemberData(nameof(Own))]
    public void A_rule_of_ours_fires_alone(int row, string rule) => Fires(OwnRows.All[row], rule);

    [Theory, Spec("CFG-312", "CFG-314")]
    [MemberData(nameof(Own))]
    public void A_rule_of_ours_spares_what_only_looks_alike(int row, string rule) => Spares(OwnRows.All[row], rule);

    [Fact, Spec("CFG-237")]
    public void The_catch_all_endpoint_and_one_without_backends_are_found_although_the_load_refuses_them()
    {
        var node = ConfigNode.Object(new("krakend.json", 1, 1), []);
        var backend = new BackendConfig { UrlPattern = new("/", []), Source = node };
        var config = new ServiceConfig
        {
            Source = node,
            Endpoints = [new() { Path = "/__catchall", Source = node, Backends = [backend] }, new() { Path = "/none", Source = node }],
        };

        var found = Audit(config).ToDictionary(static f => f.Rule, static f => f.Severity.Name());

        Assert.Equal("MEDIUM", found["5.1.5"]);
        Assert.Equal("CRITICAL", found["5.2.1"]);
        Assert.DoesNotContain(Audit(AuditSubject.With()), static f => f.Rule is "5.1.5" or "5.2.1");
    }

    [Fact, Spec("CFG-243")]
    public void The_rules_stand_in_the_order_of_their_codes_and_each_once()
    {
        var codes = Auditor.Rules.Select(static r => r.Code).ToArray();

        Assert.Equal(codes.OrderBy(static c => c.Split('.').Aggregate(0, static (sum, part) => (sum * 100) + int.Parse(part, CultureInfo.InvariantCulture))), codes);
        Assert.Equal(codes.Distinct(), codes);
        var rows = ReferenceRows.All.Concat(OwnRows.All).Select(static r => r.Rule).Append("5.1.5").Append("5.2.1").ToHashSet();
        Assert.Empty(codes.Except(rows));
    }

    [Fact, Spec("CFG-315", "CFG-243")]
    public void A_rule_that_objects_to_many_places_is_one_finding_with_the_first_three()
    {
        string[] edits = [.. Enumerable.Range(1, 4).Select(static i => $$"""endpoints += {"endpoint":"/{{i}}","input_headers":["*"],"output_encoding":"no-op","backend":[{"host":["http://stock:8080"],"url_pattern":"/"}]}""")];

        var found = Assert.Single(Audit(AuditSubject.With(edits)));

        Assert.Equal("2.2.3", found.Rule);
        Assert.Matches(@"\(krakend\.json:1:\d+ endpoints\[1\]\.input_headers, krakend\.json:1:\d+ endpoints\[2\]\.input_headers, krakend\.json:1:\d+ endpoints\[3\]\.input_headers and 1 more\)$", found.Message);
    }

    [Fact, Spec("CFG-247", "CFG-315")]
    public void No_finding_shows_a_value_of_the_configuration()
    {
        foreach (var row in ReferenceRows.All.Concat(OwnRows.All))
        {
            foreach (var finding in Audit(AuditSubject.With(row.Fires)))
            {
                foreach (var value in (string[])["hush", "YTpi", "c2VjcmV0", "4d2c61e1", "5f4dcc3b", "idp.", "example", "\"/", "8086"])
                    Assert.DoesNotContain(value, finding.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact, Spec("CFG-315")]
    public void A_value_that_a_template_puts_there_is_no_secret_in_clear_text()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-audit-");
        try
        {
            var file = Path.Combine(folder.FullName, "krakend.tmpl");
            File.WriteAllText(file, "{\n  \"password\": \"{{ env \"PASSWORD\" }}\",\n  \"password\": \"hush\"\n}\n");
            var source = new SourceLines();

            Assert.True(source.IsRendered(new(file, 2, 15)));
            Assert.False(source.IsRendered(new(file, 3, 15)));
            Assert.True(source.IsRendered(new("environment variable KRAKEND_NAME", 0, 0)));
            Assert.False(source.IsRendered(new(Path.Combine(folder.FullName, "gone.json"), 1, 1)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Fires(AuditRow row, string rule)
    {
        var found = Audit(AuditSubject.With(row.Fires));

        Assert.Equal(row.Beside.Append(rule).Order(StringComparer.Ordinal), found.Select(static f => f.Rule).Order(StringComparer.Ordinal));
        var finding = found.Single(f => f.Rule == rule);
        Assert.Equal(row.Severity, finding.Severity.Name());
        Assert.DoesNotContain('\n', finding.Message);
        if (row.Place.Length > 0)
            Assert.Matches($@"\(krakend\.json:1:\d+ {System.Text.RegularExpressions.Regex.Escape(row.Place)}\)$", finding.Message);
    }

    private static void Spares(AuditRow row, string rule) => Assert.DoesNotContain(Audit(AuditSubject.With(row.Spares)), f => f.Rule == rule);

    private static IReadOnlyList<AuditFinding> Audit(ServiceConfig config) => Auditor.Audit(config, Auditor.Rules);

    private static TheoryData<int, string> Numbered(IReadOnlyList<AuditRow> rows)
    {
        var data = new TheoryData<int, string>();
        for (var i = 0; i < rows.Count; i++)
            data.Add(i, rows[i].Rule);
        return data;
    }
}
