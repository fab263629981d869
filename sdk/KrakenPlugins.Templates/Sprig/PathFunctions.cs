using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig;

/// <summary>Slash-separated paths as Go's <c>path</c> has them. The <c>os…</c> forms are the same on every system, so that a template renders alike.</summary>
internal static class PathFunctions
{
    public static void AddTo(FunctionTable table)
    {
        Add(table, "base", "osBase", static a => TemplateValue.From(Base(a[0].AsString)));
        Add(table, "dir", "osDir", static a => TemplateValue.From(Clean(a[0].AsString[..(a[0].AsString.LastIndexOf('/') + 1)])));
        Add(table, "ext", "osExt", static a => TemplateValue.From(Extension(a[0].AsString)));
        Add(table, "clean", "osClean", static a => TemplateValue.From(Clean(a[0].AsString)));
        Add(table, "isAbs", "osIsAbs", static a => TemplateValue.From(a[0].AsString.StartsWith('/')));
    }

    private static void Add(FunctionTable table, string name, string systemName, TemplateFunctionBody body)
    {
        table.Add(name, body, Kind.String);
        table.Add(systemName, body, Kind.String);
    }

    private static string Base(string path)
    {
        if (path.Length == 0) return ".";
        var trimmed = path.AsSpan().TrimEnd('/');
        return trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..].ToString();
    }

    private static string Extension(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') ? path[dot..] : "";
    }

    private static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        var kept = new List<Range>();
        var parents = 0;
        foreach (var part in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan(part);
            if (name.Length == 0 || name is ".") continue;
            if (name is not "..")
            {
                kept.Add(part);
            }
            else if (kept.Count > parents)
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (!isRooted)
            {
                kept.Add(part);
                parents++;
            }
        }
        return Joined(path, kept, isRooted);
    }

    private static string Joined(string path, List<Range> parts, bool isRooted)
    {
        if (parts.Count == 0) return isRooted ? "/" : ".";
        var result = new StringBuilder(path.Length);
        foreach (var part in parts)
        {
            if (isRooted || result.Length > 0) result.Append('/');
            result.Append(path.AsSpan(part));
        }
        return result.ToString();
    }
}
