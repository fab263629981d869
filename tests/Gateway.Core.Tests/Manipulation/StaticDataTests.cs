using Gateway.Core.Manipulation;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Manipulation;

public sealed class StaticDataTests
{
    private static readonly SourcePosition s_here = new("krakend.json", 1, 1);

    [Fact, Spec("MAN-109")]
    public void Root_keys_are_replaced_and_others_stay()
    {
        var data = StaticData.Compile(Object(("a", Object(("x", Number("1")))), ("n", ConfigNode.Null(s_here))))!;
        var target = TreeText.Parse("""{"a":{"y":2},"b":3}""");

        data.Inject(target);

        Assert.Equal("""{"a":{"x":1},"b":3,"n":null}""", TreeText.Print(target));
    }

    [Fact, Spec("MAN-119")]
    public void What_is_injected_belongs_to_one_response()
    {
        var data = StaticData.Compile(Object(("a", Object(("l", ConfigNode.Array(s_here, [Object(("x", Number("1")))]))))))!;
        var first = new DataObject();
        var second = new DataObject();

        data.Inject(first);
        ((DataObject)((DataArray)((DataObject)first["a"]!)["l"]!).Items[0])["x"] = DataNull.Instance;
        ((DataObject)first["a"]!)["more"] = DataBoolean.True;
        data.Inject(second);

        Assert.Equal("""{"a":{"l":[{"x":1}]}}""", TreeText.Print(second));
    }

    [Fact, Spec("MAN-118")]
    public void Missing_or_other_data_disables_the_feature()
    {
        Assert.Null(StaticData.Compile(null));
        Assert.Null(StaticData.Compile(Number("1")));
        Assert.Null(StaticData.Compile(ConfigNode.Array(s_here, [])));
    }

    [Fact, Spec("MAN-061")]
    public void Numbers_keep_their_text_and_the_last_duplicate_wins()
    {
        var node = Object(("n", Number("1")), ("n", Number("12345678901234567890.10e2")), ("t", ConfigNode.Boolean(s_here, true)),
            ("f", ConfigNode.Boolean(s_here, false)), ("s", ConfigNode.String(s_here, "1")));

        Assert.Equal("""{"f":false,"n":12345678901234567890.10e2,"s":"1","t":true}""", TreeText.Print(ConfigNodeData.ToData(node)));
    }

    private static ConfigNode Number(string text) => ConfigNode.Number(s_here, text);

    private static ConfigNode Object(params (string Name, ConfigNode Value)[] members) =>
        ConfigNode.Object(s_here, members.Select(m => new ConfigMember(m.Name, s_here, m.Value)).ToArray());
}
