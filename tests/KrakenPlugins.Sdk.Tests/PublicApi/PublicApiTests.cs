using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Sdk.Tests.PublicApi;

/// <summary>Plugins outlive the SDK that they were compiled against: what it offers changes on purpose only.</summary>
public sealed class PublicApiTests
{
    private const string Accept = "ACCEPT_PUBLIC_API";

    [Fact]
    public void The_public_api_of_the_sdk_is_the_recorded_one()
    {
        var file = Path.Combine(RepositoryRoot.Find(), "sdk", "KrakenPlugins.Sdk", "PublicAPI.txt");
        var built = PublicApiText.Of(typeof(GatewayPlugin).Assembly);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
            File.WriteAllText(file, string.Concat(built.Select(static line => line + "\n")));
        var recorded = File.Exists(file) ? File.ReadAllLines(file) : [];

        var gone = recorded.Except(built, StringComparer.Ordinal).Select(static line => "- " + line).ToArray();
        var added = built.Except(recorded, StringComparer.Ordinal).Select(static line => "+ " + line).ToArray();

        Assert.True(gone.Length + added.Length == 0, $"""
            The public API of KrakenPlugins.Sdk changed:
            {string.Join('\n', gone.Concat(added))}
            A line that goes or changes breaks plugins that were compiled before: keep the old member beside the new one. To accept the rest:
              tools/accept-public-api.sh
            """);
    }

    [Fact]
    public void The_record_is_in_order_and_names_each_member_once()
    {
        var recorded = File.ReadAllLines(Path.Combine(RepositoryRoot.Find(), "sdk", "KrakenPlugins.Sdk", "PublicAPI.txt"));

        Assert.Equal(recorded.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), recorded);
    }
}
