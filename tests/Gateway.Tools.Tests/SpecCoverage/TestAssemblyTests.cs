using System.Reflection;
using System.Reflection.Emit;
using Gateway.Testing;
using SpecCoverage;
using Xunit;

namespace Gateway.Tools.Tests.SpecCoverage;

public sealed class TestAssemblyTests
{
    private static readonly ConstructorInfo Spec = typeof(SpecAttribute).GetConstructor([typeof(string[])])!;
    private static readonly ConstructorInfo Other = typeof(ObsoleteAttribute).GetConstructor([typeof(string)])!;

    [Fact]
    public void Reads_the_IDs_on_classes_methods_and_nested_classes()
    {
        using var folder = new TemporaryFolder();
        string path = Build(folder, "Sample.Tests", module =>
        {
            TypeBuilder outer = module.DefineType("Sample.RoutingTests", TypeAttributes.Public);
            Mark(outer.SetCustomAttribute, "CFG-001");
            MethodBuilder test = Method(outer, "Matches");
            Mark(test.SetCustomAttribute, "RTE-014", "RTE-015");
            Mark(test.SetCustomAttribute, "RTE-016");
            test.SetCustomAttribute(new CustomAttributeBuilder(Other, ["RTE-017"]));
            TypeBuilder inner = outer.DefineNestedType("When_empty", TypeAttributes.NestedPublic);
            Mark(Method(inner, "Answers_404").SetCustomAttribute, "MAN-020");
            outer.CreateType();
            inner.CreateType();
        });

        IReadOnlyList<Proof> proofs = TestAssembly.ReadProofs(path);

        Assert.Equal(
            [
                new Proof("CFG-001", "Sample.RoutingTests"),
                new Proof("MAN-020", "Sample.RoutingTests.When_empty.Answers_404"),
                new Proof("RTE-014", "Sample.RoutingTests.Matches"),
                new Proof("RTE-015", "Sample.RoutingTests.Matches"),
                new Proof("RTE-016", "Sample.RoutingTests.Matches"),
            ],
            proofs.OrderBy(proof => proof.Id, StringComparer.Ordinal));
    }

    [Fact]
    public void Finds_nothing_where_no_test_names_an_item()
    {
        using var folder = new TemporaryFolder();
        string path = Build(folder, "Empty.Tests", module => module.DefineType("Sample.Nothing").CreateType());

        Assert.Empty(TestAssembly.ReadProofs(path));
    }

    [Fact]
    public void Finds_the_assembly_of_each_project_in_the_chosen_configuration()
    {
        using var folder = new TemporaryFolder();
        folder.Write("A.Tests/A.Tests.csproj", "");
        folder.Write("A.Tests/bin/Debug/net10.0/A.Tests.dll", "");
        folder.Write("B.Tests/B.Tests.csproj", "");
        folder.Write("B.Tests/bin/Debug/net10.0/B.Tests.dll", "");
        folder.Write("B.Tests/bin/Debug/net10.0/ref/B.Tests.dll", "");

        IReadOnlyList<string> found = TestAssembly.FindAll(folder.Path, "Debug");

        Assert.Equal(["A.Tests/bin/Debug/net10.0/A.Tests.dll", "B.Tests/bin/Debug/net10.0/B.Tests.dll"],
            found.Select(path => Path.GetRelativePath(folder.Path, path)));
    }

    [Fact]
    public void Refuses_to_count_without_a_project_that_is_not_built()
    {
        using var folder = new TemporaryFolder();
        folder.Write("A.Tests/A.Tests.csproj", "");

        var error = Assert.Throws<SpecException>(() => TestAssembly.FindAll(folder.Path, "Release"));

        Assert.Contains("A.Tests.csproj is not built for Release", error.Message, StringComparison.Ordinal);
    }

    private static string Build(TemporaryFolder folder, string name, Action<ModuleBuilder> define)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        define(assembly.DefineDynamicModule(name));
        string path = Path.Combine(folder.Path, name + ".dll");
        assembly.Save(path);
        return path;
    }

    private static MethodBuilder Method(TypeBuilder type, string name)
    {
        MethodBuilder method = type.DefineMethod(name, MethodAttributes.Public, typeof(void), []);
        method.GetILGenerator().Emit(OpCodes.Ret);
        return method;
    }

    private static void Mark(Action<CustomAttributeBuilder> add, params string[] ids) => add(new CustomAttributeBuilder(Spec, [ids]));
}
