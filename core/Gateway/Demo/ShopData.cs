namespace Gateway.Demo;

/// <summary>An answer of the demo's services.</summary>
/// <param name="Body">Body.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Status">Status.</param>
/// <param name="Delay">How long the service takes.</param>
internal sealed record ShopAnswer(string Body, string ContentType = "application/json", int Status = 200, TimeSpan Delay = default);

/// <summary>What the services of the demo answer: users, orders, reviews, stock, a slow one and a failing one.</summary>
internal static class ShopData
{
    private static readonly (string Name, string Mail, string City, int Orders, string Total)[] s_users =
    [
        ("Ada Lovelace", "ada@example.com", "London", 2, "64.80"),
        ("Alan Turing", "alan@example.com", "Manchester", 1, "19.90"),
        ("Grace Hopper", "grace@example.com", "New York", 3, "120.00"),
    ];

    /// <summary>The answer to a path and query.</summary>
    public static ShopAnswer Answer(string path, string query)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments switch
        {
            ["users", var id] when Find(id) is { } user => User(id, user),
            ["users", var id, "reviews"] when Find(id) is not null => new("""[{"product":"teapot","stars":5,"text":"Pours well."},{"product":"cup","stars":4,"text":"A little small."}]"""),
            ["orders"] when query.StartsWith("user=", StringComparison.Ordinal) && Find(query["user=".Length..]) is { } user =>
                new($$$"""{"data":{"count":{{{user.Orders}}},"total":{{{user.Total}}},"ledger":"internal"}}"""),
            ["stock.xml"] => new("""<?xml version="1.0"?><stock updated="today"><item sku="T1">teapot</item><item sku="C1">cup</item></stock>""", "application/xml"),
            ["recommendations"] => new("""{"items":["saucer"]}""", Delay: TimeSpan.FromSeconds(5)),
            ["payment"] => new("""{"reason":"the bank does not answer"}""", Status: 503),
            ["orders.csv"] => new("id,user,total\n1,1,44.90\n2,1,19.90\n", "text/csv"),
            _ => new("""{"error":"no such thing"}""", Status: 404),
        };
    }

    private static ShopAnswer User(string id, (string Name, string Mail, string City, int Orders, string Total) user) =>
        new($$$"""{"id":{{{id}}},"full_name":"{{{user.Name}}}","email":"{{{user.Mail}}}","address":{"city":"{{{user.City}}}","geo":{"lat":51.5,"lng":-0.1}},"password_hash":"$2a$10$demo"}""");

    private static (string Name, string Mail, string City, int Orders, string Total)? Find(string id) =>
        id is ['1' or '2' or '3'] ? s_users[id[0] - '1'] : null;
}
