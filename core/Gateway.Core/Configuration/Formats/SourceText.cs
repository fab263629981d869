using System.Buffers;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The text of a file: UTF-8, without byte-order mark.</summary>
internal static class SourceText
{
    /// <summary>The text, or <see langword="null"/> with an error reported that says where it is no UTF-8.</summary>
    public static string? Decode(string file, ReadOnlySpan<byte> content, ConfigDiagnostics diagnostics)
    {
        if (content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            content = content[3..];
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            diagnostics.Error(new(file, 1, 1), "", "the file is UTF-16; save it as UTF-8");
            return null;
        }
        var good = Valid(content);
        if (good == content.Length)
            return Encoding.UTF8.GetString(content);
        var before = content[..good];
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        diagnostics.Error(new(file, before.Count((byte)'\n') + 1, column), "", "bytes that are no UTF-8; save the file as UTF-8");
        return null;
    }

    private static int Valid(ReadOnlySpan<byte> content)
    {
        if (System.Text.Unicode.Utf8.IsValid(content))
            return content.Length;
        var at = 0;
        while (Rune.DecodeFromUtf8(content[at..], out _, out var length) == OperationStatus.Done)
            at += length;
        return at;
    }
}
