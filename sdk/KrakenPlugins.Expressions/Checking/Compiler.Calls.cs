using KrakenPlugins.Expressions.Nodes;
using KrakenPlugins.Expressions.Syntax;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Expressions.Checking;

internal sealed partial class Compiler
{
    private static readonly Dictionary<string, string> s_macros = new(StringComparer.Ordinal)
    {
        ["has"] = "has(m.f)",
        ["all"] = "list.all(x, condition)",
        ["exists"] = "list.exists(x, condition)",
        ["exists_one"] = "list.exists_one(x, condition)",
        ["filter"] = "list.filter(x, condition)",
        ["map"] = "list.map(x, expression) or list.map(x, condition, expression)",
    };

    private Compiled CompileCall(CallExpr call)
    {
        if (call.Target is null)
            return Call(call, _declarations.Function(call.Function, call.IsAbsolute), isMember: false, null);
        if (QualifiedName(call.Target) is { } qualified && _declarations.Function($"{qualified.Name}.{call.Function}", qualified.IsAbsolute) is { } function)
            return Call(call, function, isMember: false, null);
        if (MissingLibrary(call) is { } name)
            return Fail(call.Target.Offset, CelErrorCode.Undeclared, $"unbound function: undeclared reference to the function '{name}'{NearestName.Suggest(name, _declarations.FunctionNames)}");
        var target = Compile(call.Target);
        return Call(call, _declarations.Function(call.Function, isAbsolute: true), isMember: true, target);
    }

    // The name of a function where what stands before its dot can only be that of a library.
    private string? MissingLibrary(CallExpr call)
    {
        if (call.Target is not IdentifierExpr library || Scope.Find(_scope, library.Name) is not null)
            return null;
        var isLibrary = library.Name is "math" or "base64" or "strings" or "lists" or "sets" or "optional" or "cel"
            || _declarations.FunctionNames.Any(f => f.StartsWith(library.Name + ".", StringComparison.Ordinal));
        return isLibrary && !_declarations.TryVariable(library.Name, library.IsAbsolute, out _, out _, out _) ? $"{library.Name}.{call.Function}" : null;
    }

    private Compiled Call(CallExpr call, FunctionDeclaration? function, bool isMember, Compiled? target)
    {
        Compiled[] arguments = [.. target is { } receiver ? [receiver] : Array.Empty<Compiled>(), .. call.Arguments.Select(Compile)];
        if (function is null)
            return Unknown(call, isMember);
        var overloads = function.Overloads.Where(o => o.Signature.Overload.IsMember == isMember).Select(o => (Types: Widen(o, arguments.Length), o.Signature)).ToArray();
        if (overloads.Length == 0)
        {
            return Fail(call.Offset, CelErrorCode.NoSuchOverload, isMember
                ? $"'{function.Name}' is no method; call it as {function.Name}(…)"
                : $"'{function.Name}' is a method; call it as x.{function.Name}(…)");
        }
        var signatures = Array.ConvertAll(overloads, static o => o.Types);
        if (Resolve(signatures, Array.ConvertAll(arguments, static a => a.Type), out var type) is not { } matching)
            return NoOverload(call.Offset, function.Name, arguments, signatures);
        _variables.UnionWith(function.Variables);
        var nodes = Array.ConvertAll(arguments, static a => a.Node);
        return new(Create(call, function.Name, matching.ConvertAll(i => overloads[i].Signature), nodes), type);
    }

    // What takes its last parameter any number of times has as many as there are arguments.
    private static TypeSignature Widen((TypeSignature Types, Signature Signature) overload, int count)
    {
        var parameters = overload.Types.Parameters;
        if (!overload.Signature.Overload.IsVariadic || count <= parameters.Length)
            return overload.Types;
        var widened = new CelType[count];
        Array.Fill(widened, parameters[^1]);
        parameters.CopyTo(widened, 0);
        return new(overload.Types.Result, widened);
    }

    private Node Create(CallExpr call, string name, List<Signature> candidates, Node[] arguments)
    {
        var constants = Array.ConvertAll<Node, CelValue?>(arguments, static a => a is ConstantNode { Value.IsError: false } constant ? constant.Value : null);
        for (var i = 0; i < candidates.Count; i++)
        {
            try
            {
                if (candidates[i].Overload.Specialize?.Invoke(constants) is { } special)
                    candidates[i] = new(special);
            }
            catch (FormatException exception)
            {
                Fail(call.Offset, CelErrorCode.BadArgument, exception.Message);
            }
        }
        var node = CallNodes.Create(name, [.. candidates], arguments);
        return candidates.TrueForAll(static c => c.Overload.IsPure) ? Fold(node, arguments) : node;
    }

    private Compiled Unknown(CallExpr call, bool isMember)
    {
        var what = isMember ? "method" : "function";
        var name = !isMember && call.Target is not null && QualifiedName(call.Target) is { } qualified ? $"{qualified.Name}.{call.Function}" : call.Function;
        if (s_macros.TryGetValue(call.Function, out var usage))
            return Fail(call.Offset, CelErrorCode.Undeclared, $"'{call.Function}' is a macro; write {usage}");
        return Fail(call.Offset, CelErrorCode.Undeclared, $"unbound function: undeclared reference to the {what} '{name}'{NearestName.Suggest(name, _declarations.FunctionNames)}");
    }
}
