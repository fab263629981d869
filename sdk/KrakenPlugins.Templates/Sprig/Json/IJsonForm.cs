namespace KrakenPlugins.Templates.Sprig.Json;

/// <summary>An object with a form in JSON: a text, or a map of its fields.</summary>
internal interface IJsonForm
{
    TemplateValue JsonForm { get; }
}
