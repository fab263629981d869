using Gateway.Core.Configuration;
using Gateway.Testing;
using Xunit;
using static Gateway.Core.Tests.Configuration.Loading;

namespace Gateway.Core.Tests.Configuration;

public sealed class EnvironmentOverridesTests
{
    [Fact]
    [Spec("CFG-055", "RTE-340")]
    public void A_variable_replaces_a_value_of_the_file()
    {
        var config = Clean(OneEndpoint(root: "\"timeout\": \"3s\", \"Max_Idle_Connections\": 1, \"debug_endpoint\": false, \"name\": \"n\", \"output_encoding\": \"json\""),
            With(("KRAKEND_TIMEOUT", "500ms"), ("KRAKEND_MAX_IDLE_CONNECTIONS", "9"), ("KRAKEND_DEBUG_ENDPOINT", "true"), ("KRAKEND_NAME", ""), ("KRAKEND_OUTPUT_ENCODING", "string")));

        Assert.Equal(TimeSpan.FromMilliseconds(500), config.Endpoints[0].Timeout);
        Assert.Equal(9, config.Transport.MaxIdleConnections);
        Assert.True(config.DebugEndpoint);
        Assert.Equal("", config.Name);
        Assert.Equal("string", config.OutputEncoding);
    }

    [Theory]
    [Spec("CFG-056")]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"version":3,"port":null}""")]
    public void A_variable_without_its_attribute_is_ignored_with_one_warning(string json)
    {
        var result = Load(json, With(("KRAKEND_PORT", "9000")));

        Assert.Equal(8080, result.Config!.Port);
        Assert.Equal("environment variable KRAKEND_PORT: the variable is ignored: \"port\" is not in the file; a variable only overrides what is there", Assert.Single(result.Diagnostics.All).ToString());
    }

    [Fact]
    [Spec("CFG-057")]
    public void An_empty_variable_leaves_a_number_a_duration_and_a_flag_as_they_are()
    {
        var result = Load(Root("\"port\": 9123, \"timeout\": \"3s\", \"debug_endpoint\": true"), With(("KRAKEND_PORT", ""), ("KRAKEND_TIMEOUT", ""), ("KRAKEND_DEBUG_ENDPOINT", "")));

        Assert.Equal((9123, true), (result.Config!.Port, result.Config.DebugEndpoint));
        Assert.Equal(
            ["environment variable KRAKEND_PORT: the variable is ignored: it is empty", "environment variable KRAKEND_TIMEOUT: the variable is ignored: it is empty", "environment variable KRAKEND_DEBUG_ENDPOINT: the variable is ignored: it is empty"],
            result.Diagnostics.All.Select(static d => d.ToString()));
    }

    [Fact]
    [Spec("CFG-057")]
    public void A_value_that_does_not_convert_names_variable_and_value()
    {
        var options = With(("KRAKEND_TIMEOUT", "3x"), ("KRAKEND_PORT", "http"));

        var errors = Errors(Root("\"timeout\": \"3s\", \"port\": 80"), options);

        Assert.Contains("environment variable KRAKEND_TIMEOUT timeout: expected a duration", errors, StringComparison.Ordinal);
        Assert.Contains("not \"3x\"", errors, StringComparison.Ordinal);
        Assert.Contains("environment variable KRAKEND_PORT port: expected an integer, not \"http\"", errors, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-057", "CFG-058")]
    public void Weak_typing_applies_and_the_flag_wins()
    {
        Assert.Equal(8080, Clean(Root("\"port\": 1"), With(("KRAKEND_PORT", "0x1F90"))).Port);
        Assert.Equal(9000, Clean(Root("\"port\": 1"), new LoadOptions { Environment = static name => name == "KRAKEND_PORT" ? "2" : null, PortOverride = 9000 }).Port);
    }

    [Theory]
    [Spec("CFG-055", "CFG-057")]
    [InlineData("KRAKEND_PORT KRAKEND_MAX_HEADER_BYTES KRAKEND_MAX_IDLE_CONNECTIONS KRAKEND_MAX_IDLE_CONNECTIONS_PER_HOST")]
    [InlineData("KRAKEND_TIMEOUT KRAKEND_CACHE_TTL KRAKEND_READ_TIMEOUT KRAKEND_READ_HEADER_TIMEOUT KRAKEND_WRITE_TIMEOUT KRAKEND_IDLE_TIMEOUT KRAKEND_MAX_SHUTDOWN_WAIT_TIME")]
    [InlineData("KRAKEND_DNS_CACHE_TTL KRAKEND_DIALER_TIMEOUT KRAKEND_DIALER_KEEP_ALIVE KRAKEND_DIALER_FALLBACK_DELAY KRAKEND_IDLE_CONNECTION_TIMEOUT KRAKEND_RESPONSE_HEADER_TIMEOUT KRAKEND_EXPECT_CONTINUE_TIMEOUT")]
    [InlineData("KRAKEND_DEBUG_ENDPOINT KRAKEND_ECHO_ENDPOINT KRAKEND_DISABLE_REST KRAKEND_DISABLE_COMPRESSION KRAKEND_DISABLE_KEEP_ALIVES KRAKEND_SEQUENTIAL_START KRAKEND_USE_H2C")]
    [InlineData("KRAKEND_LISTEN_IP")]
    public void Every_variable_of_the_table_takes_the_place_of_its_attribute(string variables)
    {
        foreach (var variable in variables.Split(' '))
        {
            var attribute = variable["KRAKEND_".Length..].ToLowerInvariant();

            var error = Errors(Root($"\"{attribute}\": \"\""), With((variable, "no value of it")));

            Assert.StartsWith($"environment variable {variable} {attribute}: ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Spec("CFG-058")]
    public void A_flag_wins_over_a_variable()
    {
        var options = new LoadOptions { Environment = static name => name == "KRAKEND_DEBUG_ENDPOINT" ? "false" : null, DebugEndpoint = true };

        Assert.True(Clean(Root("\"debug_endpoint\": true"), options).DebugEndpoint);
    }

    [Fact]
    [Spec("CFG-059")]
    public void Lists_and_objects_are_not_overridden()
    {
        var result = Load(OneEndpoint(root: "\"host\": [\"root\"]"), With(("KRAKEND_HOST", "x")));

        Assert.Equal(["root"], result.Config!.Host);
        Assert.Contains("\"host\" holds a list or an object", Assert.Single(result.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-062")]
    public void The_service_variables_of_kubernetes_are_ignored_with_a_warning()
    {
        var result = Load(Root("\"port\": 8000"), With(("KRAKEND_PORT", "tcp://10.0.0.1:8080"), ("KRAKEND_SERVICE_HOST", "10.0.0.1"), ("KRAKEND_PORT_8080_TCP_ADDR", "x")));

        Assert.Equal(8000, result.Config!.Port);
        Assert.Contains("set by Kubernetes", Assert.Single(result.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-063")]
    public void Other_variables_of_the_prefix_change_nothing() =>
        Clean(Root("\"name\": \"n\""), With(("KRAKEND_VERSION", "2.7"), ("KRAKEND_LICENSE_PATH", "/x"), ("KRAKEND_FILE", "y"), ("KRAKEND_VERSIONS", "z")));

    [Theory]
    [InlineData("KRAKEND_DEBUG", "KRAKEND_DEBUG_ENDPOINT")]
    [InlineData("KRAKEND_CONFIG_PATH", "-c")]
    public void Variables_of_guides_are_explained(string variable, string advice) =>
        Assert.Contains(advice, Warnings("""{"version":3}""", With((variable, "1"))), StringComparison.Ordinal);

    private static LoadOptions With(params (string Name, string Value)[] variables) =>
        new() { Environment = name => variables.FirstOrDefault(v => v.Name == name).Value };
}
