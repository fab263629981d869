using KrakenPlugins.Templates.Sprig.Json;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>A certificate and its private key as PEM text: <c>{{ $ca.Cert }}</c>, <c>{{ $ca.Key }}</c>.</summary>
internal sealed class CertificatePair(string certificate, string key) : ITemplateObject, IJsonForm
{
    public string Certificate => certificate;

    public string Key => key;

    public string TypeName => "sprig.certificate";

    public string Text => $"{{{certificate} {key}}}";

    public TemplateValue JsonForm
    {
        get
        {
            var map = new TemplateMap(2);
            map.Set("Cert", TemplateValue.From(certificate));
            map.Set("Key", TemplateValue.From(key));
            return TemplateValue.From(map);
        }
    }

    public TemplateFunction? Member(string name) => name switch
    {
        "Cert" => new TemplateFunction(name, [], isVariadic: false, _ => TemplateValue.From(certificate)),
        "Key" => new TemplateFunction(name, [], isVariadic: false, _ => TemplateValue.From(key)),
        _ => null,
    };
}
