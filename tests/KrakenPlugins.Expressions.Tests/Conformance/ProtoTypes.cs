namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>Types and declarations of the suite (<c>cel.expr.Type</c>, <c>cel.expr.Decl</c>) as those of the engine.</summary>
internal static class ProtoTypes
{
    public static void Declare(CelEnvironmentBuilder builder, ProtoMessage declaration)
    {
        var name = declaration.Text("name");
        if (declaration.Message("ident") is { } ident)
            builder.Variable(name, Read(ident.Message("type")!));
        else
            builder.Function(new CelFunction(name, [.. declaration.Message("function")!.Messages("overloads").Select(ReadOverload)]));
    }

    public static CelType Read(ProtoMessage type)
    {
        var field = Assert.Single(type.Fields);
        return field.Name switch
        {
            "dyn" => CelType.Dyn,
            "null" => CelType.Null,
            "primitive" => Primitive(field.Text),
            "well_known" => WellKnown(field.Text),
            "message_type" => Named(field.Text),
            "type_param" => CelType.Parameter(field.Text),
            "list_type" => CelType.List(Parameter(field.Message!, "elem_type")),
            "map_type" => CelType.Map(Parameter(field.Message!, "key_type"), Parameter(field.Message!, "value_type")),
            "type" => field.Message!.Fields.Count == 0 ? CelType.Type : CelType.TypeOf(Read(field.Message)),
            "abstract_type" => Abstract(field.Message!),
            _ => throw new NotSupportedException($"the type {field.Name}"),
        };
    }

    public static CelType Named(string name) => name switch
    {
        "bool" => CelType.Bool,
        "int" => CelType.Int,
        "uint" => CelType.Uint,
        "double" => CelType.Double,
        "string" => CelType.String,
        "bytes" => CelType.Bytes,
        "list" => CelType.List(CelType.Dyn),
        "map" => CelType.Map(CelType.Dyn, CelType.Dyn),
        "null_type" => CelType.Null,
        "type" => CelType.Type,
        "google.protobuf.Timestamp" => CelType.Timestamp,
        "google.protobuf.Duration" => CelType.Duration,
        "optional_type" => CelType.Optional(CelType.Dyn),
        _ => CelType.Opaque(name),
    };

    private static CelType Parameter(ProtoMessage type, string name) => type.Message(name) is { Fields.Count: > 0 } inner ? Read(inner) : CelType.Dyn;

    private static CelType Abstract(ProtoMessage type)
    {
        var parameters = type.Messages("parameter_types").Select(Read).ToArray();
        return type.Text("name") == "optional_type" ? CelType.Optional(Assert.Single(parameters)) : CelType.Opaque(type.Text("name"), parameters);
    }

    private static CelType Primitive(string name) => name switch
    {
        "BOOL" => CelType.Bool,
        "INT64" => CelType.Int,
        "UINT64" => CelType.Uint,
        "DOUBLE" => CelType.Double,
        "STRING" => CelType.String,
        "BYTES" => CelType.Bytes,
        _ => throw new NotSupportedException($"the primitive type {name}"),
    };

    private static CelType WellKnown(string name) => name switch
    {
        "TIMESTAMP" => CelType.Timestamp,
        "DURATION" => CelType.Duration,
        "ANY" => CelType.Dyn,
        _ => throw new NotSupportedException($"the type {name}"),
    };

    private static CelOverload ReadOverload(ProtoMessage overload) => CelOverload.Declare(
        overload.Text("overload_id"), overload.Flag("is_instance_function"), Read(overload.Message("result_type")!), [.. overload.Messages("params").Select(Read)]);
}
