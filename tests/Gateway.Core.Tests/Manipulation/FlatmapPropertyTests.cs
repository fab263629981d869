using System.Diagnostics;
using Gateway.Core.Configuration;
using Gateway.Core.Manipulation;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Manipulation;

[Spec("MAN-049")]
public sealed class FlatmapPropertyTests
{
    private static readonly string[] s_labels = ["a", "b", "c", "0", "1", "2", "*", "*", ""];
    private static readonly string[] s_types = ["move", "move", "move", "del", "append", "copy"];

    [Fact]
    public void Random_operations_on_random_trees_never_throw_and_never_make_a_cycle_or_a_shared_node()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var root = new DataObject();
            Grow(random, root, 0);
            var operations = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Operation(random)).ToArray();
            var text = TreeText.Print(root);

            var result = Flatmap.Compile(operations)!.Apply(root);

            AssertIsTree(result, $"seed {seed}: {string.Join("; ", operations.Select(o => $"{o.Type} {string.Join(" ", o.Args)}"))} on {text}");
        }
    }

    [Fact]
    public void Values_are_never_invented()
    {
        for (var seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            var root = new DataObject();
            Grow(random, root, 0);
            var before = Leaves(root);

            var result = Flatmap.Compile([Operation(random), Operation(random), Operation(random)])!.Apply(root);

            if (result is not null)
                Assert.Subset(before, Leaves(result));
        }
    }

    [Fact]
    public void A_wildcard_over_a_long_list_takes_linear_time()
    {
        var list = new DataArray();
        for (var i = 0; i < 100_000; i++)
        {
            var inner = new DataObject();
            inner["x"] = new DataNumber("1");
            inner["y"] = new DataNumber("2");
            var item = new DataObject();
            item["p"] = inner;
            list.Items.Add(item);
        }
        var root = new DataObject();
        root["items"] = list;
        root["other"] = list.DeepClone();
        var flatmap = Flatmap.Compile(
        [
            new("del", ["items.0", "items.50000", "other.1"]),
            new("move", ["items.*.p.x", "items.*.x"]),
            new("move", ["items.*.p.y", "other.*.z"]),
            new("move", ["items.*.x", "items.*.x.deep.er"]),
            new("append", ["items", "other"]),
            new("move", ["other.*.p.x", "other.new"]),
        ])!;
        var watch = Stopwatch.StartNew();

        var result = flatmap.Apply(root);

        Assert.NotNull(result);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
    }

    [Fact]
    public void A_path_longer_than_any_stack_does_no_harm()
    {
        var path = string.Join('.', Enumerable.Repeat("a", 50_000));
        var root = TreeText.Parse("""{"a":{"b":1,"c":2}}""");

        var result = Flatmap.Compile([new("del", [path]), new("move", ["a.b", path]), new("move", [path, "a.b"]), new("append", [path, path])])!.Apply(root);

        Assert.Equal("2", ((DataNumber)((DataObject)result!["a"]!)["c"]!).Text);
    }

    private static FlatmapOperation Operation(Random random) =>
        new(s_types[random.Next(s_types.Length)], Enumerable.Range(0, random.Next(0, 4)).Select(_ => Path(random)).ToArray());

    private static string Path(Random random) =>
        string.Join('.', Enumerable.Range(0, random.Next(1, 6)).Select(_ => s_labels[random.Next(s_labels.Length)]));

    private static void Grow(Random random, DataObject data, int depth)
    {
        for (var i = random.Next(0, 4); i > 0; i--)
            data[s_labels[random.Next(s_labels.Length)]] = Node(random, depth + 1);
    }

    private static DataNode Node(Random random, int depth)
    {
        switch (depth > 4 ? 3 : random.Next(5))
        {
            case 0 or 1:
                var data = new DataObject();
                Grow(random, data, depth);
                return data;
            case 2:
                var list = new DataArray();
                for (var i = random.Next(0, 4); i > 0; i--)
                    list.Items.Add(Node(random, depth + 1));
                return list;
            default:
                return random.Next(5) == 0 ? DataNull.Instance : new DataNumber(random.Next(1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static HashSet<string> Leaves(DataNode root)
    {
        var leaves = new HashSet<string>();
        var open = new Stack<DataNode>([root]);
        while (open.TryPop(out var node))
        {
            if (node is DataObject data)
                data.Members.Values.ToList().ForEach(open.Push);
            else if (node is DataArray list)
                list.Items.ForEach(open.Push);
            else if (node is DataNumber number)
                leaves.Add(number.Text);
        }
        return leaves;
    }

    private static void AssertIsTree(DataNode? root, string what)
    {
        if (root is null)
            return;
        var seen = new HashSet<DataNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<DataNode>([root]);
        while (open.TryPop(out var node))
        {
            if (node is not (DataObject or DataArray))
                continue;
            Assert.True(seen.Add(node), what);
            if (node is DataObject data)
                data.Members.Values.ToList().ForEach(open.Push);
            else
                ((DataArray)node).Items.ForEach(open.Push);
        }
    }
}
