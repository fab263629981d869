using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace KrakenPlugins.Sdk.Tests.PublicApi;

/// <summary>What an assembly offers, one line per public type and member, in ordinal order.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext s_nullability = new();

    public static IReadOnlyList<string> Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(static type => Members(type).Prepend(TypeLine(type))).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Members(Type type)
    {
        var name = Name(type);
        if (typeof(Delegate).IsAssignableFrom(type))
            return [];
        if (type.IsEnum)
            return Enum.GetNames(type).Select(value => $"{name}.{value} = {Convert.ToInt64(Enum.Parse(type, value), CultureInfo.InvariantCulture)}");
        return type.GetMembers(Declared).Select(member => member switch
        {
            ConstructorInfo constructor when IsVisible(constructor) => $"{name}.{name[(name.LastIndexOf('.') + 1)..]}({Parameters(constructor)})",
            MethodInfo method when IsVisible(method) && !IsAccessor(method) => $"{Modifiers(method)}{name}.{method.Name}{Generics(method.GetGenericArguments())}({Parameters(method)}) -> {ReturnOf(method)}",
            PropertyInfo property when property.GetAccessors(true).Any(IsVisible) => PropertyLine(name, property),
            FieldInfo { IsPublic: true } or FieldInfo { IsFamily: true } => FieldLine(name, (FieldInfo)member),
            EventInfo @event when @event.AddMethod is { } add && IsVisible(add) => $"{Modifiers(add)}event {name}.{@event.Name} -> {Name(@event.EventHandlerType!)}",
            _ => null,
        }).OfType<string>();
    }

    private static string TypeLine(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {Name(type)}({Parameters(invoke)}) -> {ReturnOf(invoke)}{Constraints(type.GetGenericArguments())}";
        }
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : "class";
        var modifier = type.IsInterface || type.IsValueType ? "" : type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        var bases = type.GetInterfaces().Where(static i => i.IsPublic).Select(Name).Order(StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
            bases = bases.Prepend(Name(parent)).Order(StringComparer.Ordinal);
        var inherited = type.IsEnum ? "" : string.Join(", ", bases);
        return $"{modifier}{kind} {Name(type)}{(inherited.Length == 0 ? "" : $" : {inherited}")}{Constraints(type.GetGenericArguments())}";
    }

    private static string PropertyLine(string name, PropertyInfo property)
    {
        var accessors = new List<string>(2);
        if (property.GetMethod is { } get && IsVisible(get))
            accessors.Add(Visibility(get) + "get");
        if (property.SetMethod is { } set && IsVisible(set))
            accessors.Add(Visibility(set) + (set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set"));
        var index = property.GetIndexParameters();
        var label = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{Modifiers(property.GetAccessors(true)[0], visibility: false)}{required}{name}.{label} {{ {string.Join("; ", accessors)}; }} -> {Name(property.PropertyType)}{Mark(property.PropertyType, s_nullability.Create(property).ReadState)}";
    }

    private static string FieldLine(string name, FieldInfo field) =>
        field.IsLiteral
            ? $"const {name}.{field.Name} = {Literal(field.GetRawConstantValue())} -> {Name(field.FieldType)}"
            : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{name}.{field.Name} -> {Name(field.FieldType)}{Mark(field.FieldType, s_nullability.Create(field).ReadState)}";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var prefix = !type.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var element = type.IsByRef ? type.GetElementType()! : type;
        var suffix = parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "";
        var many = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{many}{prefix}{Name(element)}{Mark(element, s_nullability.Create(parameter).WriteState)} {parameter.Name}{suffix}";
    }

    private static string ReturnOf(MethodInfo method) =>
        Name(method.ReturnType) + Mark(method.ReturnType, s_nullability.Create(method.ReturnParameter).ReadState) + Constraints(method.GetGenericArguments());

    private static string Mark(Type type, NullabilityState state) => !type.IsValueType && state == NullabilityState.Nullable ? "?" : "";

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => string.Format(CultureInfo.InvariantCulture, "{0}", value),
    };

    private static string Modifiers(MethodBase method, bool visibility = true)
    {
        var modifier = method.IsStatic ? "static "
            : method.DeclaringType!.IsInterface ? method.IsAbstract ? "" : "default "
            : method.IsAbstract ? "abstract "
            : method is { IsVirtual: true, IsFinal: false } ? ((MethodInfo)method).GetBaseDefinition() == method ? "virtual " : "override "
            : "";
        return (visibility ? Visibility(method) : "") + modifier;
    }

    private static string Visibility(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsVisible(MethodBase method) => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.IsPrivate;

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Constraints(Type[] arguments) => string.Concat(arguments.Where(static a => a.IsGenericParameter).Select(static a =>
    {
        var attributes = a.GenericParameterAttributes;
        string[] all =
        [
            .. attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : Array.Empty<string>(),
            .. attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint) ? ["struct"] : Array.Empty<string>(),
            .. a.GetGenericParameterConstraints().Select(Name),
            .. attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) ? ["new()"] : Array.Empty<string>(),
        ];
        return all.Length == 0 ? "" : $" where {a.Name} : {string.Join(", ", all)}";
    }));

    private static string Generics(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Name))}>";

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value) + "?";
        var own = type.FullName ?? $"{type.Namespace}.{type.Name}";
        if (!type.IsGenericType)
            return own.Replace('+', '.');
        var plain = type.GetGenericTypeDefinition().FullName!;
        return plain[..plain.IndexOf('`', StringComparison.Ordinal)].Replace('+', '.') + Generics(type.GetGenericArguments());
    }
}
