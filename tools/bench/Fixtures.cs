using System.Globalization;
using System.Text;

namespace Gateway.Bench;

/// <summary>
/// What the upstream answers: the same bytes on every run and every machine, compact JSON in UTF-8 of an exact size, keys in the
/// order in which an application writes them, not sorted.
/// </summary>
internal static class Fixtures
{
    private const int Kilobyte = 1024;

    public static byte[] User { get; } = Object(Kilobyte, new Sequence(1), WriteUser);
    public static byte[] Order { get; } = Object(4 * Kilobyte, new Sequence(2), WriteOrder);
    public static byte[] Stats { get; } = Object(Kilobyte, new Sequence(3), WriteStats);
    public static byte[] Big { get; } = Object(100 * Kilobyte, new Sequence(4), WriteBig);
    public static byte[] List { get; } = Array(10 * Kilobyte, new Sequence(5));

    private static void WriteUser(StringBuilder json, Sequence next)
    {
        json.Append(Inv, $$"""
            "id":{{next.Below(900_000)}},"username":"{{next.Word(9)}}","email":"{{next.Word(7)}}@example.com","name":"Zoë {{next.Word(8)}}",
            """);
        json.Append(Inv, $$"""
            "active":true,"created_at":"2021-04-{{10 + next.Below(18)}}T08:15:30Z","last_login":null,"score":{{next.Below(99)}}.{{next.Below(99)}},"role":"editor",
            """);
        json.Append(Inv, $$"""
            "company":{"name":"{{next.Word(10)}} Ltd","vat":"GB{{next.Below(900_000)}}","employees":{{next.Below(5000)}}},
            """);
        json.Append(Inv, $$"""
            "address":{"street":"{{next.Below(200)}} {{next.Word(8)}} Road","geo":{"lat":51.{{next.Below(9999)}},"lng":-0.{{next.Below(9999)}}},"city":"{{next.Word(7)}}","zip":"{{next.Word(5)}}"},
            """);
        json.Append(Inv, $$"""
            "phone":"+44 20 {{next.Below(9999)}} {{next.Below(9999)}}","website":"https://{{next.Word(8)}}.example.com","avatar":"https://cdn.example.com/a/{{next.Word(16)}}.png",
            """);
        json.Append(Inv, $$"""
            "locale":"en-GB","timezone":"Europe/London","tags":["{{next.Word(4)}}","{{next.Word(6)}}","{{next.Word(5)}}"],"followers":{{next.Below(9000)}},"following":{{next.Below(900)}},"verified":false,
            """);
    }

    private static void WriteOrder(StringBuilder json, Sequence next)
    {
        json.Append(Inv, $$"""
            "order_id":"{{next.Word(12)}}","status":"shipped","customer":{"id":{{next.Below(9999)}},"name":"{{next.Word(8)}}"},"currency":"EUR","total":{{next.Below(9999)}}.{{10 + next.Below(89)}},"items":[
            """);
        for (int i = 0; i < 24; i++)
        {
            json.Append(i == 0 ? "" : ",").Append(Inv, $$"""
                {"sku":"{{next.Word(8)}}","quantity":{{1 + next.Below(9)}},"price":{{next.Below(500)}}.{{10 + next.Below(89)}},"description":"{{next.Word(9)}} {{next.Word(11)}} {{next.Word(6)}}","options":{"color":"{{next.Word(5)}}"},"gift":false}
                """);
        }
        json.Append("],");
    }

    private static void WriteStats(StringBuilder json, Sequence next)
    {
        foreach (string period in (ReadOnlySpan<string>)["today", "yesterday", "week", "month", "quarter", "year"])
        {
            json.Append(Inv, $$"""
                "{{period}}":{"views":{{next.Below(90_000)}},"clicks":{{next.Below(9_000)}},"orders":{{next.Below(900)}},"conversion":0.{{next.Below(9999)}},"revenue":{{next.Below(90_000)}}.{{10 + next.Below(89)}}},
                """);
        }
        json.Append(Inv, $$"""
            "ranking":{{next.Below(100)}},"percentile":{{next.Below(99)}}.5,"updated":true,"source":"{{next.Word(10)}}",
            """);
    }

    private static void WriteBig(StringBuilder json, Sequence next)
    {
        json.Append(Inv, $$"""
            "version":7,"account":{"owner":"{{next.Word(8)}}","secret":"{{next.Word(32)}}","plan":"enterprise"},"regions":{
            """);
        for (int region = 0; region < 10; region++)
        {
            json.Append(region == 0 ? "" : ",").Append(Inv, $"\"{next.Word(6)}-{region}\":{{\"zone\":\"z{region}\",\"hosts\":[");
            for (int host = 0; host < 45; host++)
            {
                json.Append(host == 0 ? "" : ",").Append(Inv, $$"""
                    {"name":"{{next.Word(8)}}-{{host}}","ip":"10.{{region}}.{{host}}.{{next.Below(250)}}","cpu":{{next.Below(99)}}.{{next.Below(9)}},"memory":{{next.Below(64_000)}},"disks":[{"dev":"sda","free":{{next.Below(900_000)}}},{"dev":"sdb","free":{{next.Below(900_000)}}}],"labels":{"team":"{{next.Word(6)}}","env":"prod"},"up":true}
                    """);
            }
            json.Append("]}");
        }
        json.Append("},");
    }

    private static byte[] Object(int size, Sequence next, Action<StringBuilder, Sequence> write)
    {
        var json = new StringBuilder("{");
        write(json, next);
        json.Append("\"note\":\"");
        return Fill(json, next, size, "\"}");
    }

    private static byte[] Array(int size, Sequence next)
    {
        var json = new StringBuilder("[");
        for (int i = 0; i < 100; i++)
        {
            json.Append(i == 0 ? "" : ",").Append(Inv, $$"""
                {"id":{{1000 + i}},"title":"{{next.Word(9)}} {{next.Word(6)}}","done":{{(next.Below(2) == 0 ? "false" : "true")}},"owner":"{{next.Word(6)}}","rank":{{next.Below(99)}}.5,"kind":"
                """);
            json.Append(i < 99 ? $"{next.Word(5)}\"}}" : "");
        }
        return Fill(json, next, size, "\"}]");
    }

    // Ends the text within a string value with as many letters as the exact size asks for.
    private static byte[] Fill(StringBuilder json, Sequence next, int size, string end)
    {
        int missing = size - end.Length - Encoding.UTF8.GetByteCount(json.ToString());
        if (missing < 0)
            throw new BenchException($"a body is {-missing} bytes longer than the {size} it should have");
        return Encoding.UTF8.GetBytes(json.Append(next.Word(missing)).Append(end).ToString());
    }

    private static CultureInfo Inv => CultureInfo.InvariantCulture;

    // xorshift32 (Marsaglia 2003): fixed by its definition, where System.Random may change between runtimes.
    private sealed class Sequence(uint seed)
    {
        private uint _state = seed * 2_654_435_769u;

        public int Below(int limit)
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (int)(_state % (uint)limit);
        }

        public string Word(int length) => string.Create(length, this, static (letters, next) =>
        {
            foreach (ref char letter in letters)
                letter = (char)('a' + next.Below(26));
        });
    }
}
