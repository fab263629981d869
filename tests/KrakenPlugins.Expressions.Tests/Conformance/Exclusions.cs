namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>The cases that are not run: <c>file/*</c>, <c>file/section/*</c> or one case, and why.</summary>
internal static class Exclusions
{
    private const string Messages = "needs protobuf messages, which no expression of a gateway has";
    private const string Wrappers = "needs the wrapper messages of protobuf";

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["dynamic/*"] = Wrappers,
        ["wrappers/*"] = Wrappers,
        ["comparisons/eq_wrapper/*"] = Wrappers,
        ["type_deduction/wrappers/*"] = Wrappers,
        ["comparisons/eq_literal/eq_dyn_json_null"] = Wrappers,
        ["enums/*"] = "needs the enumerations of protobuf messages",
        ["proto2/*"] = Messages,
        ["proto2_ext/*"] = Messages,
        ["proto3/*"] = Messages,
        ["block_ext/basic/select"] = Messages,
        ["block_ext/basic/select_nested_1"] = Messages,
        ["block_ext/basic/select_nested_2"] = Messages,
        ["block_ext/basic/select_nested_message_map_index_1"] = Messages,
        ["block_ext/basic/select_nested_message_map_index_2"] = Messages,
        ["block_ext/basic/ternary"] = Messages,
        ["block_ext/basic/nested_ternary"] = Messages,
        ["block_ext/basic/presence_test_with_ternary"] = Messages,
        ["block_ext/basic/presence_test_with_ternary_2"] = Messages,
        ["block_ext/basic/presence_test_with_ternary_3"] = Messages,
        ["block_ext/basic/presence_test_with_ternary_nested"] = Messages,
        ["block_ext/basic/optional_message"] = Messages,
        ["comparisons/eq_literal/not_eq_dyn_proto2_msg_null"] = Messages,
        ["comparisons/eq_literal/not_eq_dyn_proto3_msg_null"] = Messages,
        ["comparisons/ne_literal/ne_proto2"] = Messages,
        ["comparisons/ne_literal/ne_proto3"] = Messages,
        ["comparisons/ne_literal/ne_proto2_missing_fields_neq"] = Messages,
        ["comparisons/ne_literal/ne_proto3_missing_fields_neq"] = Messages,
        ["comparisons/ne_literal/ne_proto_nan_not_equal"] = Messages,
        ["comparisons/ne_literal/ne_proto_different_types"] = Messages,
        ["comparisons/ne_literal/ne_proto2_any_unpack"] = Messages,
        ["comparisons/ne_literal/ne_proto2_any_unpack_bytewise_fallback"] = Messages,
        ["comparisons/ne_literal/ne_proto3_any_unpack"] = Messages,
        ["comparisons/ne_literal/ne_proto3_any_unpack_bytewise_fallback"] = Messages,
        ["optionals/optionals/has_optional_ofNonZeroValue_struct_optional_ofNonZeroValue_map_optindex_field"] = Messages,
        ["optionals/optionals/optional_ofNonZeroValue_struct_optional_ofNonZeroValue_map_optindex_field"] = Messages,
        ["optionals/optionals/struct_map_optindex_field"] = Messages,
        ["optionals/optionals/struct_optional_ofNonZeroValue_map_optindex_field"] = Messages,
        ["optionals/optionals/struct_map_optindex_field_nested"] = Messages,
        ["optionals/optionals/struct_list_optindex_field"] = Messages,
        ["optionals/optionals/empty_struct_optindex_hasValue"] = Messages,
        ["optionals/optionals/optional_empty_struct_optindex_hasValue"] = Messages,
        ["optionals/optionals/struct_optindex_value"] = Messages,
        ["optionals/optionals/optional_struct_optindex_value"] = Messages,
        ["optionals/optionals/optional_struct_optindex_index_value"] = Messages,
        ["parse/nest/message_literal"] = Messages,
        ["parse/repeat/select"] = Messages,
        ["parse/repeat/message_literal"] = Messages,
        ["parse/whitespace/*"] = Messages,
        ["parse/comments/new_line_terminated"] = Messages,
        ["parse/struct_field_names/*"] = Messages,
        ["string_ext/format_errors/object not allowed"] = Messages,
        ["string_ext/format_errors/object inside list"] = Messages,
        ["string_ext/format_errors/object inside map"] = Messages,
        ["type_deduction/complex_initializers/struct"] = Messages,
        ["type_deduction/field_access/*"] = Messages,
        ["type_deduction/flexible_type_parameter_assignment/comprehension_type_var_aliasing"] = Messages,
        ["type_deduction/flexible_type_parameter_assignment/overload_type_var_aliasing"] = Messages,
        ["type_deduction/flexible_type_parameter_assignment/list_parameters_do_not_unify"] = Messages,
        ["type_deduction/legacy_nullable_types/null_assignable_to_message_parameter_candidate"] = Messages,
        ["type_deduction/legacy_nullable_types/null_assignable_to_duration_parameter_candidate"] = Messages,
        ["type_deduction/legacy_nullable_types/null_assignable_to_timestamp_parameter_candidate"] = Messages,
    };

    /// <summary>Whether an entry of the table names a case.</summary>
    public static bool Names(string entry, string id) => entry.EndsWith('*') ? id.StartsWith(entry[..^1], StringComparison.Ordinal) : entry == id;

    public static bool Has(string id) => All.Keys.Any(entry => Names(entry, id));
}
