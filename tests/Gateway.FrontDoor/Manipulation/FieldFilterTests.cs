using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>target, allow, deny, mapping and group, seen by the client.</summary>
public sealed class FieldFilterTests
{
    [Theory]
    [InlineData("""{"a":{"c":1,"d":"x"}}""", """ "group":"g","mapping":{"d":"D"},"allow":["d"],"target":"a" """, """{"g":{"D":"x"}}""")]
    [InlineData("""{"a":{"c":1,"d":"x"}}""", """ "group":"g","mapping":{"d":"D"},"deny":["d"],"target":"a" """, """{"g":{"c":1}}""")]
    [Spec("MAN-018")]
    public Task Runs_target_then_filter_then_mapping_then_group_whatever_the_order_in_the_file(string body, string backend, string expected) =>
        Gives(body, backend, expected);

    [Theory]
    [InlineData("""{"id":1,"title":"t","Body":"x"}""", """["id","title"]""", """{"id":1,"title":"t"}""")]
    [InlineData("""{"id":1,"title":"t","Body":"x"}""", """["id","absent","title","absent.too"]""", """{"id":1,"title":"t"}""")]
    [InlineData("""{"id":1,"title":"t","Body":"x"}""", """["ID"]""", "{}")]
    [Spec("MAN-020")]
    public Task Allow_keeps_exactly_the_listed_fields(string body, string allow, string expected) =>
        Gives(body, $"\"allow\":{allow}", expected);

    [Theory]
    [InlineData("""{"a":{"b":1,"c":2,"d":3},"e":4}""", """["a.b","a.c"]""", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"a":{"b":{"z":1,"y":[2]},"d":3},"e":4}""", """["a.b"]""", """{"a":{"b":{"y":[2],"z":1}}}""")]
    [InlineData("""{"a":{"b":[{"z":1,"y":2}],"d":3},"e":4}""", """["a.b"]""", """{"a":{"b":[{"y":2,"z":1}]}}""")]
    [InlineData("""{"a":{"b":{"c":{"d":{"e":1,"f":2}}}}}""", """["a.b.c.d.f"]""", """{"a":{"b":{"c":{"d":{"f":2}}}}}""")]
    [Spec("MAN-021")]
    public Task A_dotted_allow_entry_walks_objects_and_keeps_whole_subtrees(string body, string allow, string expected) =>
        Gives(body, $"\"allow\":{allow}", expected);

    [Theory, Spec("MAN-022")]
    [InlineData("""{"a":{"b":1}}""", """["a.x"]""", "{}")]
    [InlineData("""{"a":{"b":{"c":1}},"k":{"l":2}}""", """["a.b.x","k.l"]""", """{"k":{"l":2}}""")]
    public Task Branches_without_anything_allowed_are_pruned(string body, string allow, string expected) =>
        Gives(body, $"\"allow\":{allow}", expected);

    [Theory, Spec("MAN-023", "MAN-037")]
    [InlineData("""{"a":[{"b":1}]}""", """["a.b"]""", "{}")]
    [InlineData("""{"a":[{"b":1}],"c":{"d":[1]}}""", """["a.0","a.0.b","c.d"]""", """{"c":{"d":[1]}}""")]
    public Task An_allow_path_never_enters_an_array(string body, string allow, string expected) =>
        Gives(body, $"\"allow\":{allow}", expected);

    [Theory, Spec("MAN-024")]
    [InlineData("""["a","a.b"]""", """{"a":{"b":1}}""")]
    [InlineData("""["a.b","a"]""", """{"a":{"b":1,"c":2}}""")]
    public Task Of_overlapping_allow_entries_the_later_decides(string allow, string expected) =>
        Gives("""{"a":{"b":1,"c":2},"d":3}""", $"\"allow\":{allow}", expected);

    [Theory, Spec("MAN-025")]
    [InlineData("""{"a":{"a1":1,"z":2}}""", """["a.a1"]""", """{"a":{"z":2}}""")]
    [InlineData("""{"b":1,"B":2,"c":3}""", """["b","absent"]""", """{"B":2,"c":3}""")]
    [InlineData("""{"a":{"b":{"c":1,"d":2}},"e":[1]}""", """["a.b.c","e"]""", """{"a":{"b":{"d":2}}}""")]
    public Task Deny_removes_exactly_the_listed_fields(string body, string deny, string expected) =>
        Gives(body, $"\"deny\":{deny}", expected);

    [Theory, Spec("MAN-026")]
    [InlineData("""{"a":{"a1":1}}""", """["a.a1"]""", """{"a":{}}""")]
    [InlineData("""{"a":{"b":1},"c":2}""", """["a","a.b"]""", """{"c":2}""")]
    [InlineData("""{"a":{"b":1},"c":2}""", """["a.b","a"]""", """{"c":2}""")]
    public Task A_parent_emptied_by_deny_stays(string body, string deny, string expected) =>
        Gives(body, $"\"deny\":{deny}", expected);

    [Theory, Spec("MAN-027", "MAN-037")]
    [InlineData("""{"a":[{"a1":1}]}""", """["a.a1"]""")]
    [InlineData("""{"a":[{"a1":1}],"s":"text"}""", """["a.0.a1","s.x","no.such"]""")]
    public Task A_deny_path_through_arrays_scalars_or_missing_keys_changes_nothing(string body, string deny) =>
        Gives(body, $"\"deny\":{deny}", body);

    [Theory, Spec("MAN-028")]
    [InlineData(""" "allow":["a","b"],"deny":["a"] """, """{"a":1,"b":2}""")]
    [InlineData(""" "allow":[],"deny":["a"] """, """{"b":2,"c":3}""")]
    public Task Allow_wins_over_deny_and_an_empty_allow_is_none(string backend, string expected) =>
        Gives("""{"a":1,"b":2,"c":3}""", backend, expected);

    [Theory, Spec("MAN-029")]
    [InlineData("""{"email":"e@x","name":"n"}""", """{"email":"personal_email"}""", """{"name":"n","personal_email":"e@x"}""")]
    [InlineData("""{"name":"n"}""", """{"email":"personal_email"}""", """{"name":"n"}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":"b"}""", """{"b":1}""")]
    public Task Mapping_renames_root_keys_and_overwrites_the_destination(string body, string mapping, string expected) =>
        Gives(body, $"\"mapping\":{mapping}", expected);

    [Theory, Spec("MAN-030")]
    [InlineData("""{"@odata.context":"c","v":1}""", """{"@odata.context":"ctx"}""", """{"ctx":"c","v":1}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a.b":"c"}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":1}""", """{"a":"x.y"}""", """{"x":1}""")]
    public Task Mapping_takes_sources_literally_and_cuts_destinations_at_the_first_dot(string body, string mapping, string expected) =>
        Gives(body, $"\"mapping\":{mapping}", expected);

    [Theory, Spec("MAN-031")]
    [InlineData("""{"a":1,"b":2}""", """{"a":"b","b":"a"}""", """{"a":2,"b":1}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":"a"}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":"c","b":"c"}""", """{"c":2}""")]
    [InlineData("""{"a":1,"b":2}""", """{"b":"c","a":"c"}""", """{"c":1}""")]
    [InlineData("""{"a":1,"b":2,"c":3}""", """{"a":"b","b":"c"}""", """{"b":1,"c":2}""")]
    public Task Mapping_reads_all_sources_before_it_writes(string body, string mapping, string expected) =>
        Gives(body, $"\"mapping\":{mapping}", expected);

    [Theory, Spec("MAN-032")]
    [InlineData("""{"data":{"a":1,"b":2},"meta":3}""", """ "target":"data" """, """{"a":1,"b":2}""")]
    [InlineData("""{"a":{"b":{"c":1},"x":1},"y":2}""", """ "target":"a.b" """, """{"c":1}""")]
    [InlineData("""{"data":{"a":1,"b":2},"a":3}""", """ "target":"data","deny":["a"],"mapping":{"b":"B"} """, """{"B":2}""")]
    public Task Target_replaces_the_root(string body, string backend, string expected) => Gives(body, backend, expected);

    [Theory, Spec("MAN-033")]
    [InlineData("""{"x":1}""", "data")]
    [InlineData("""{"data":[{"a":1}]}""", "data")]
    [InlineData("""{"data":"text"}""", "data")]
    [InlineData("""{"data":null}""", "data")]
    [InlineData("""{"data":{"x":1}}""", "data.x.y")]
    public Task A_target_that_is_no_object_gives_the_empty_object(string body, string target) =>
        Gives(body, $"\"target\":\"{target}\"", "{}");

    [Theory, Spec("MAN-034")]
    [InlineData("""{"a":1}""", """ "group":"last_post" """, """{"last_post":{"a":1}}""")]
    [InlineData("""{"a":1}""", """ "group":"last.post" """, """{"last.post":{"a":1}}""")]
    [InlineData("""{"a":1}""", """ "group":"g","allow":["b"] """, """{"g":{}}""")]
    [InlineData("{}", """ "group":"<\"é\">" """, "{\"\\u003c\\\"é\\\"\\u003e\":{}}")]
    public Task Group_wraps_the_result_even_an_empty_one(string body, string backend, string expected) =>
        Gives(body, backend, expected);

    [Fact, Spec("MAN-034")]
    public async Task Of_two_groups_with_one_name_the_later_arrival_replaces_the_earlier()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"10s" """, """ "group":"g" """, """ "group":"g" """),
            upstream => upstream.AnswerAfter(TimeSpan.FromMilliseconds(300), "/b0", """{"late":1}""").Answer("/b1", """{"early":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"g":{"late":1}}""");
    }

    [Theory, Spec("MAN-035")]
    [InlineData(""" "is_collection":true """, """{"collection":[{"b":2,"a":1},{"a":3}]}""")]
    [InlineData(""" "is_collection":true,"mapping":{"collection":"posts"} """, """{"posts":[{"b":2,"a":1},{"a":3}]}""")]
    [InlineData(""" "is_collection":true,"allow":["collection"],"group":"g" """, """{"g":{"collection":[{"b":2,"a":1},{"a":3}]}}""")]
    [InlineData(""" "is_collection":true,"deny":["collection"] """, "{}")]
    [InlineData(""" "is_collection":true,"deny":["collection.a"] """, """{"collection":[{"b":2,"a":1},{"a":3}]}""")]
    [InlineData(""" "is_collection":true,"extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["collection.*.b"]}]}} """, """{"collection":[{"a":1},{"a":3}]}""")]
    public async Task A_collection_is_a_root_key_like_any_other(string backend, string expected)
    {
        var answer = await DataPipe.OneAsync("""[{"b":2,"a":1},{"a":3}]""", backend);

        answer.IsData(expected.Replace("""{"b":2,"a":1}""", """{"a":1,"b":2}""", StringComparison.Ordinal), completed: expected != "{}");
    }

    [Theory, Spec("MAN-036")]
    [InlineData("""{"a":1}""", """ "is_collection":true """, "json: cannot unmarshal object into Go value of type []interface {}")]
    [InlineData("[1]", "", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    public async Task A_body_of_the_other_kind_is_a_failure(string body, string backend, string text) =>
        (await DataPipe.OneAsync(body, backend)).IsError(text);

    [Fact, Spec("MAN-037", "MAN-030")]
    public Task Mapping_does_not_touch_elements_of_arrays() =>
        Gives("""{"a":[{"a":1},{"b":{"a":2}}]}""", """ "mapping":{"a":"z"} """, """{"z":[{"a":1},{"b":{"a":2}}]}""");

    [Theory, Spec("MAN-038")]
    [InlineData(""" "allow":["a.b"] """, "{}")]
    [InlineData(""" "deny":["a.b"] """, """{"a.b":{"c":1}}""")]
    [InlineData(""" "target":"a.b" """, "{}")]
    [InlineData(""" "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["a.b"]}]}} """, """{"a.b":{"c":1}}""")]
    public Task Keys_with_dots_cannot_be_addressed(string backend, string expected) =>
        Gives("""{"a.b":{"c":1}}""", backend, expected);

    [Fact, Spec("MAN-019")]
    public async Task A_no_op_pipe_passes_the_bytes_whatever_the_filters_say()
    {
        const string Body = """{ "b": 1, "a": {"x": 2} }""";

        var answer = await DataPipe.OneAsync(
            Body, """ "target":"a","allow":["x"],"mapping":{"x":"y"},"group":"g","extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["b"]}]}} """, """ "output_encoding":"no-op" """);

        Assert.Equal(Body, answer.Body);
        Assert.Equal(200, answer.Status);
    }

    [Fact, Spec("MAN-019")]
    public async Task Filters_apply_to_one_backend_before_the_merge()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", """ "deny":["a"],"mapping":{"b":"c"} """, ""),
            upstream => upstream.Answer("/b0", """{"a":1,"b":2}""").Answer("/b1", """{"a":3,"b":4}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":3,"b":4,"c":2}""");
    }

    private static async Task Gives(string body, string backend, string expected) =>
        (await DataPipe.OneAsync(body, backend)).IsData(expected, completed: expected != "{}");
}
