using System.Diagnostics;
using Gateway.Core.Encodings;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Encodings;

public sealed class XmlFuzzTests
{
    private static readonly byte[][] s_seeds =
    [
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r a=\"1\"><b>x</b><b>&lt;&#65;</b><![CDATA[z]]></r>"u8.ToArray(),
        "<!DOCTYPE r [<!ENTITY a \"b\"><!ATTLIST r k CDATA 'v'>]><n:r xmlns:n='u'><!-- c --><n:x n:y='z'/></n:r>"u8.ToArray(),
        "<?xml version='1.0' encoding='windows-1252' standalone='yes'?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><t xml:space='preserve'> x </t></feed>"u8.ToArray(),
        System.Text.Encoding.Unicode.GetBytes("\uFEFF<?xml version='1.0' encoding='utf-16'?><r><a>é</a><a/></r>"),
    ];

    private static readonly byte[][] s_tokens =
    [
        "<"u8.ToArray(), ">"u8.ToArray(), "&"u8.ToArray(), "]]>"u8.ToArray(), "<![CDATA["u8.ToArray(), "<!--"u8.ToArray(), "-->"u8.ToArray(),
        "<!DOCTYPE "u8.ToArray(), "<?"u8.ToArray(), "?>"u8.ToArray(), " xmlns:x='y'"u8.ToArray(), "encoding='utf-32'"u8.ToArray(),
        "utf-7"u8.ToArray(), "x:"u8.ToArray(), "&#0;"u8.ToArray(), "\uFEFF"u8.ToArray(), [0], [0xFF], [0xFE, 0xFF],
    ];

    [Fact, Spec("MAN-067")]
    public void Mutated_documents_decode_or_fail_in_the_declared_way()
    {
        var watch = Stopwatch.StartNew();
        for (var seed = 0; seed < 8_000; seed++)
        {
            var random = new Random(seed);
            var document = s_seeds[random.Next(s_seeds.Length)].ToList();
            for (var i = random.Next(1, 6); i > 0; i--)
                Mutate(random, document);
            try
            {
                Assert.Single(XmlDecoder.Decode(document.ToArray(), isCollection: false).Members);
            }
            catch (DecodeException failure)
            {
                Assert.StartsWith("xml: ", failure.Message, StringComparison.Ordinal);
            }
        }
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"took {watch.Elapsed}");
    }

    private static void Mutate(Random random, List<byte> document)
    {
        var at = random.Next(document.Count + 1);
        switch (random.Next(5))
        {
            case 0 when at < document.Count:
                document[at] = (byte)random.Next(256);
                break;
            case 1:
                document.RemoveRange(at, Math.Min(random.Next(1, 10), document.Count - at));
                break;
            case 2:
                document.RemoveRange(at, document.Count - at);
                break;
            case 3:
                document.InsertRange(at, document.Skip(random.Next(document.Count + 1)).Take(random.Next(40)).ToArray());
                break;
            default:
                document.InsertRange(at, s_tokens[random.Next(s_tokens.Length)]);
                break;
        }
    }
}
