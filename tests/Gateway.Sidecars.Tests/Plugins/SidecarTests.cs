using Gateway.Core.Plugins;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Plugins;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Gateway.Testing;
using Xunit;

namespace Gateway.Sidecars.Tests.Plugins;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SidecarTests
{
    [Fact]
    [Spec("GRP-231")]
    public async Task A_process_that_is_started_again_knows_every_place_in_use_before_it_is_called()
    {
        await using var fixture = new SidecarFixture();
        var first = await fixture.AddAsync(1, """{"a":1}""");
        var second = await fixture.AddAsync(2, """{"a":2}""");

        fixture.Sessions.First().Break("broke its connection");
        await fixture.UntilAsync(() => fixture.Sessions.Count == 2 && fixture.Sidecar.Current is not null);

        var session = fixture.Sessions.Last();
        Assert.Equal(2, session.ConfiguredBeforeCalls);
        Assert.Equal([1UL, 2UL], session.Requests.Select(static r => r.Generation));
        Assert.Equal([first.Message.PlaceId, second.Message.PlaceId], session.Requests.SelectMany(static r => r.Places).Select(static p => p.PlaceId));
    }

    [Fact]
    [Spec("GRP-232")]
    public async Task The_end_of_a_configuration_is_told_and_its_places_are_forgotten()
    {
        await using var fixture = new SidecarFixture();
        await fixture.AddAsync(1);
        await fixture.AddAsync(2);

        await fixture.Sidecar.RetireAsync(1, NullLogger.Instance);
        fixture.Sessions.First().Break("broke its connection");
        await fixture.UntilAsync(() => fixture.Sessions.Count == 2 && fixture.Sidecar.Current is not null);

        Assert.Equal([1UL], fixture.Sessions.First().Retired);
        Assert.Equal([2UL], fixture.Sessions.Last().Requests.Select(static r => r.Generation));
    }

    [Fact]
    [Spec("GRP-229")]
    public async Task A_place_is_sent_what_manifest_and_sidecar_both_name()
    {
        await using var fixture = new SidecarFixture("""[{ "name": "acme/audit", "scope": "endpoint", "layer": "proxy", "needs": { "request_head": true, "response_body": "buffered", "headers": ["x-a", "X-B"] } }]""");
        var asked = new Needs { RequestHead = true, RequestBody = BodyNeed.Streamed, ResponseBody = BodyNeed.Streamed, Claims = true };
        asked.Headers.AddRange(["X-A", "X-C"]);
        fixture.Session = () =>
        {
            var description = fixture.Describe();
            description.Components[0].Needs = asked;
            return new FakeSession { Description = description };
        };

        var place = await fixture.AddAsync(1);

        var needs = fixture.Sidecar.NeedsOf(place.Message.PlaceId);
        Assert.True(needs.RequestHead);
        Assert.False(needs.Claims);
        Assert.Equal((BodyNeed.Unspecified, BodyNeed.Streamed), (needs.RequestBody, needs.ResponseBody));
        Assert.Equal(["X-A"], needs.Headers);
        Assert.Equal(new Needs(), fixture.Sidecar.NeedsOf(9999));
    }

    [Fact]
    [Spec("GRP-225")]
    public async Task Every_start_has_a_secret_and_a_socket_of_its_own_in_a_folder_that_nobody_else_may_enter()
    {
        await using var fixture = new SidecarFixture();
        await fixture.AddAsync(1);
        fixture.Sessions.First().Break("broke its connection");
        await fixture.UntilAsync(() => fixture.Sessions.Count == 2 && fixture.Sidecar.Current is not null);

        var (first, second) = (fixture.Targets.First(), fixture.Targets.Last());
        Assert.NotEqual(first.Secret, second.Secret);
        Assert.NotEqual(first.Address, second.Address);
        Assert.Equal(43, first.Secret.Length);
        var folder = Path.GetDirectoryName(first.Address["unix:".Length..])!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.DoesNotContain(fixture.Log, l => l.Contains(first.Secret, StringComparison.Ordinal));
        await fixture.Sidecar.DisposeAsync();
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [Spec("GRP-233")]
    [InlineData("id", "says that it is the plugin \"acme.other\", its plugin.json says \"acme.audit\"")]
    [InlineData("version", "says that its version is \"9.9.9\", its plugin.json says \"1.2.3\"; a new build is taken up by a reload")]
    [InlineData("missing", "does not have proxy \"acme/audit\", which its plugin.json promises")]
    [InlineData("surplus", "has Backend \"acme/more\", of which its plugin.json says nothing")]
    public async Task One_that_is_not_what_its_manifest_says_is_refused(string what, string why)
    {
        await using var fixture = new SidecarFixture();
        fixture.Session = () =>
        {
            var description = fixture.Describe();
            switch (what)
            {
                case "id": description.Id = "acme.other"; break;
                case "version": description.Version = "9.9.9"; break;
                case "missing": description.Components.Clear(); break;
                default: description.Components.Add(new Component { Layer = Layer.Backend, Name = "acme/more" }); break;
            }
            return new FakeSession { Description = description };
        };

        var refusal = await Assert.ThrowsAsync<PluginLoadException>(fixture.Sidecar.DescribeAsync);

        Assert.Equal($"plugin {fixture.Plugin}: starting it: the sidecar {why}", refusal.Message);
    }

    [Fact]
    [Spec("GRP-234")]
    public async Task One_that_starts_on_demand_is_not_started_for_its_places_and_told_of_them_when_it_is()
    {
        await using var fixture = new SidecarFixture(process: """{ "start": "demand" }""");
        await fixture.AddAsync(1);
        Assert.Null(await fixture.Sidecar.DescribeAsync());
        Assert.Empty(fixture.Sessions);
        Assert.Equal("idle", fixture.Sidecar.Status.State);

        Assert.NotNull(await fixture.Sidecar.ReadyAsync(CancellationToken.None));

        Assert.Equal(1, Assert.Single(fixture.Sessions).ConfiguredBeforeCalls);
        Assert.Equal("ready", fixture.Sidecar.Status.State);
    }

    [Fact]
    [Spec("GRP-234")]
    public async Task What_is_wrong_with_a_place_at_the_first_start_closes_it_and_one_that_needs_nothing_is_passed_by()
    {
        await using var fixture = new SidecarFixture(process: """{ "start": "demand" }""");
        fixture.Session = () => new FakeSession
        {
            Description = fixture.Describe(),
            Configure = static _ =>
            {
                var answer = new ConfigureResponse();
                answer.Places.Add(new ConfiguredPlace { PlaceId = 1 });
                answer.Places.Add(new ConfiguredPlace { PlaceId = 2, IsUnused = true });
                answer.Diagnostics.Add(new Diagnostic { PlaceId = 1, Severity = Severity.Error, Path = "limit", Message = "is no number" });
                return answer;
            },
        };
        var places = new[] { await fixture.AddAsync(1), await fixture.AddAsync(1), await fixture.AddAsync(1) };
        Assert.All(places, place => Assert.Equal(PlaceStanding.Open, fixture.Sidecar.StandingOf(place.Message.PlaceId)));

        Assert.NotNull(await fixture.Sidecar.ReadyAsync(CancellationToken.None));

        Assert.Equal([PlaceStanding.Closed, PlaceStanding.Unused, PlaceStanding.Open], places.Select(p => fixture.Sidecar.StandingOf(p.Message.PlaceId)));
        Assert.Contains(fixture.Log, static l => l.StartsWith("Error", StringComparison.Ordinal) && l.Contains("limit: is no number", StringComparison.Ordinal));
    }

    [Theory]
    [Spec("GRP-167")]
    [InlineData("/users/{id}/orders/{order}", "id order")]
    [InlineData("/users", "")]
    [InlineData("/a/{b", "")]
    public void Placeholders_of_a_path_are_named(string path, string names) => Assert.Equal(names, string.Join(' ', SidecarPlugin.PlaceholdersOf(path)));

    [Fact]
    [Spec("GRP-235")]
    public async Task One_that_starts_on_demand_and_stands_elsewhere_than_was_believed_is_refused_at_its_first_start()
    {
        await using var fixture = new SidecarFixture("""[{ "name": "acme/audit", "scope": "endpoint", "layer": "proxy", "stage": "policies" }]""", """{ "start": "demand" }""");
        fixture.Session = () =>
        {
            var description = fixture.Describe();
            description.Components[0].Stage = new() { Order = 900, Name = "modifiers" };
            return new FakeSession { Description = description };
        };

        Assert.Null(await fixture.Sidecar.ReadyAsync(CancellationToken.None));

        Assert.Equal("says that proxy \"acme/audit\" stands at the stage \"modifiers\" (900), its plugin.json says \"policies\" (400); correct \"stage\", or start it eagerly", fixture.Sidecar.Reason);
        Assert.Equal("crash loop", fixture.Sidecar.Status.State);
    }

    [Fact]
    [Spec("GRP-236")]
    public async Task A_program_that_ends_at_its_start_is_refused_with_what_it_said()
    {
        await using var fixture = new SidecarFixture(command: """["sh", "-c", "read greeting; echo cannot open the database >&2; exit 7"]""");
        fixture.NeverConnects = true;

        var refusal = await Assert.ThrowsAsync<PluginLoadException>(fixture.Sidecar.DescribeAsync);

        Assert.Contains("the sidecar ended with status 7 before it had answered; the last lines of its error output: cannot open the database", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Warning [PLUGIN: acme.audit] cannot open the database", fixture.Log);
    }

    [Theory]
    [Spec("GRP-236")]
    [InlineData("""["no-such-program-anywhere"]""", "there is no program \"no-such-program-anywhere\" in the PATH of the gateway")]
    [InlineData("""["./run.sh"]""", "run.sh; correct \"entry.command\" of its plugin.json")]
    public async Task A_program_that_there_is_not_is_refused(string command, string why)
    {
        await using var fixture = new SidecarFixture(command: command);

        var refusal = await Assert.ThrowsAsync<PluginLoadException>(fixture.Sidecar.DescribeAsync);

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("GRP-241")]
    public async Task One_whose_folder_got_another_build_says_at_its_restart_that_a_reload_takes_that_up()
    {
        await using var fixture = new SidecarFixture(command: """["./run.sh"]""");
        var program = Path.Combine(fixture.Plugin.Folder, "run.sh");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nexec /usr/bin/sleep 1000\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await fixture.AddAsync(1);

        File.Delete(program);
        File.SetLastWriteTimeUtc(Path.Combine(fixture.Plugin.Folder, "plugin.json"), DateTime.UtcNow.AddMinutes(1));
        fixture.Sessions.First().Break("broke its connection");
        await fixture.UntilAsync(() => fixture.Sidecar.Status.State == "crash loop");

        Assert.Equal($"cannot be started: there is no {program}; the plugin's folder {fixture.Plugin.Folder} has changed since it was loaded, and a reload takes that up", fixture.Sidecar.Reason);
    }

    [Fact]
    [Spec("GRP-148")]
    public async Task Its_state_tells_what_it_is_at_and_why()
    {
        await using var fixture = new SidecarFixture();
        await fixture.AddAsync(1);
        Assert.Equal("ready", fixture.Sidecar.Status.ToString());
        Assert.NotNull(fixture.Sidecar.Status.ProcessId);

        fixture.Sessions.First().Trouble = "the database is away";
        Assert.Equal("degraded: the database is away", fixture.Sidecar.Status.ToString());
        fixture.Sessions.First().Break("broke its connection");
        await fixture.UntilAsync(() => fixture.Sessions.Count == 2 && fixture.Sidecar.Current is not null);

        Assert.Equal("ready, 1 restart", fixture.Sidecar.Status.ToString());
    }
}
