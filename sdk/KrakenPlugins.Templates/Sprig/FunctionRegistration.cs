namespace KrakenPlugins.Templates.Sprig;

internal static class FunctionRegistration
{
    public static void Add(this FunctionTable table, string name, TemplateFunctionBody body, params TemplateParameter[] parameters) =>
        table.Add(new TemplateFunction(name, parameters, isVariadic: false, body));

    public static void AddVariadic(this FunctionTable table, string name, TemplateFunctionBody body, params TemplateParameter[] parameters) =>
        table.Add(new TemplateFunction(name, parameters, isVariadic: true, body));

    /// <summary>Adds a function and its form with <c>must</c>: here both fail with an error where one of Go's panics.</summary>
    public static void AddWithMust(this FunctionTable table, string name, TemplateFunctionBody body, params TemplateParameter[] parameters)
    {
        table.Add(name, body, parameters);
        table.Add(MustName(name), body, parameters);
    }

    public static void AddVariadicWithMust(this FunctionTable table, string name, TemplateFunctionBody body, params TemplateParameter[] parameters)
    {
        table.AddVariadic(name, body, parameters);
        table.AddVariadic(MustName(name), body, parameters);
    }

    private static string MustName(string name) => "must" + char.ToUpperInvariant(name[0]) + name[1..];
}
