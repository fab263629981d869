using System.Text;
using System.Text.Json;
using Gateway.Core.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Json;

/// <summary>Random documents and filters, compared with a naive implementation. Seeds are fixed, so that a failure repeats.</summary>
public sealed class PropertyTests
{
    private const int Rounds = 3_000;

    [Fact]
    [Spec("MAN-018", "MAN-020", "MAN-021", "MAN-022", "MAN-025", "MAN-026", "MAN-029", "MAN-031", "MAN-032", "MAN-034", "MAN-074")]
    public void Shaping_agrees_with_the_reference()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new DocumentGenerator(seed);
            var document = random.Document();
            var options = random.Options();

            var expected = Reference.Shape(document, options);

            Assert.True(expected == Shaping.Shape(document, options), $"seed {seed}: {document}\n{JsonSerializer.Serialize(options)}\n{expected}");
        }
    }

    [Fact]
    [Spec("MAN-002", "MAN-003")]
    public void Merging_agrees_with_the_reference()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new DocumentGenerator(seed);
            var count = 2 + random.Next(3);
            var documents = Enumerable.Range(0, count).Select(_ => (Document: random.Document(), Options: random.Options(), IsTree: random.Next(4) == 0)).ToArray();
            var parts = documents.Select(static d => Shaping.Shaped(d.Document, d.Options)).ToArray();
            for (var i = 0; i < count; i++)
            {
                if (documents[i].IsTree)
                    parts[i].Tree["added"] = new DataNumber("1");
            }
            var expected = Reference.Merge(documents.Select(static d =>
                d.IsTree ? Reference.With(Reference.Shape(d.Document, d.Options), "added", "1") : Reference.Shape(d.Document, d.Options)));
            using var merged = MergedPayload.Merge(parts);

            Assert.True(expected == Shaping.Json(merged), $"seed {seed}: {expected}");
        }
    }

    [Fact]
    [Spec("MAN-074")]
    public void Canonical_output_is_recognised_and_copied_unchanged()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var canonical = Shaping.Shape(new DocumentGenerator(seed).Document());
            using var again = (JsonPayload)Shaping.Shaped(canonical);

            Assert.True(again.Tokens[0].Has(JsonFlags.Canonical), $"seed {seed}: {canonical}");
            Assert.Equal(canonical, Shaping.Json(again));
        }
    }

    [Fact]
    [Spec("MAN-060")]
    public void Mutated_documents_are_accepted_exactly_when_the_platform_accepts_their_first_value()
    {
        var accepted = 0;
        var shape = new JsonShape(new() { Mode = JsonMode.SafeJson });
        for (var seed = 0; seed < 10 * Rounds; seed++)
        {
            var random = new DocumentGenerator(seed);
            var document = random.Mutate(Encoding.UTF8.GetBytes(random.Document()));

            var isAccepted = shape.TryShape(Shaping.Body(document), out var payload, out var error);

            Assert.True(Reference.Accepts(document) == isAccepted, $"seed {seed}: {Encoding.UTF8.GetString(document)} {error}");
            Assert.Equal(isAccepted, payload is not null);
            if (payload is null)
                continue;
            accepted++;
            Assert.NotNull(JsonDocument.Parse(Shaping.Json(payload)));
            payload.Dispose();
        }
        Assert.InRange(accepted, Rounds, 9 * Rounds);
    }
}
