namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>Runs one case as <c>cel/expr/conformance/test/simple.proto</c> describes it.</summary>
internal static class ConformanceRun
{
    public static void Run(ProtoMessage test)
    {
        if (test.Flag("disable_macros") || test.Text("locale").Length > 0)
            throw new NotSupportedException("a case without macros or with a locale");
        var bindings = test.Messages("bindings").ToDictionary(b => b.Text("key"), b => ReadBinding(b.Message("value")!));
        var environment = BuildEnvironment(test, bindings.Keys);
        var expectsError = test.Find("eval_error") is not null || test.Find("any_eval_errors") is not null;
        var program = Compile(environment, test.Text("expr"), isChecked: !test.Flag("disable_check"), mayFail: expectsError);

        var typed = test.Message("typed_result");
        if (typed?.Message("deduced_type") is { } type)
            Assert.Equal(ProtoTypes.Read(type), program.ResultType);
        if (test.Flag("check_only"))
            return;

        var result = program.Evaluate(InputOf(environment, bindings));
        if (expectsError)
            Assert.True(result.IsError, $"expected an error, got {result}");
        else
            ProtoValues.AssertSame(Expected(test, typed), result);
    }

    // An error that the checker finds already is one as long as the evaluation of the unchecked expression finds it too.
    private static CelProgram Compile(CelEnvironment environment, string text, bool isChecked, bool mayFail)
    {
        try
        {
            return isChecked ? environment.Compile(text) : environment.CompileUnchecked(text);
        }
        catch (CelException) when (isChecked && mayFail)
        {
            return environment.CompileUnchecked(text);
        }
    }

    private static CelValue Expected(ProtoMessage test, ProtoMessage? typed) =>
        (typed?.Message("result") ?? test.Message("value")) is { } value ? ProtoValues.Read(value) : CelValue.True;

    private static CelValue ReadBinding(ProtoMessage value) =>
        value.Message("value") is { } known ? ProtoValues.Read(known) : CelValue.Error(CelErrorCode.Other, "an error that is bound");

    private static CelEnvironment BuildEnvironment(ProtoMessage test, IEnumerable<string> bound)
    {
        var builder = new CelEnvironmentBuilder()
            .Container(test.Text("container"))
            .AddStringExtensions().AddMathExtensions().AddEncoders().AddLists().AddSets().AddNetwork()
            .AddBindings().AddOptionals().AddTwoVariableComprehensions().AddBlocks();
        var declared = test.Messages("type_env").ToArray();
        foreach (var declaration in declared)
            ProtoTypes.Declare(builder, declaration);
        foreach (var name in bound.Except(declared.Select(d => d.Text("name"))))
            builder.Variable(name, CelType.Dyn);
        return builder.Build();
    }

    private static CelValues InputOf(CelEnvironment environment, Dictionary<string, CelValue> bindings)
    {
        var input = new CelValues(environment.Variables.Count);
        for (var slot = 0; slot < environment.Variables.Count; slot++)
        {
            if (bindings.TryGetValue(environment.Variables[slot].Key, out var value))
                input[slot] = value;
        }
        return input;
    }
}
