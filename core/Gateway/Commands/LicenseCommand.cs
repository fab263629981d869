using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.CommandLine;

namespace Gateway.Commands;

/// <summary>
/// <c>license</c>: examines the certificate that a licensed product asks for, so that pipelines of those who come from one keep working
/// (CFG-251 to 253). This product has no licence and no command needs one.
/// </summary>
internal static class LicenseCommand
{
    private const int MaxBytes = 1 << 20;
    private const string DefaultFile = "./LICENSE";

    private static readonly Flag s_license = new("license", 'l', FlagKind.Text, "Certificate to examine", DefaultFile) { Completion = FlagCompletion.File };

    public static Command Definition { get; } = new()
    {
        Name = "license",
        Purpose = "Examines the licence certificate of another product",
        Description = "Examines an X.509 certificate in PEM: that of KRAKEND_LICENSE_BASE64, else of --license, else of KRAKEND_LICENSE_PATH, else ./LICENSE.\nThis gateway has no licence; pipelines that ask for the validity of one keep working.",
        Usage = "license [command] [flags]",
        Example = "license valid-for 90d -l ./LICENSE",
        Flags = [s_license],
        Run = static (arguments, terminal) => Answer(arguments, terminal, static (_, certificate, now) => Now(certificate, now)),
        Subcommands =
        [
            Question("days-left", "The whole days that it is still valid", "license days-left", DaysLeft),
            Question("licensee", "The organisation that it was issued for", "license licensee", Licensee),
            Question("valid-for", "Whether it will be valid that long; without a time, how long it still is", "license valid-for 90d", ValidFor),
            Question("valid-until", "Whether it will be valid at a date; without one, until when it is", "license valid-until 2027-01-31", ValidUntil),
        ],
    };

    private static Command Question(string name, string purpose, string example, Func<Arguments, X509Certificate2, DateTimeOffset, Verdict> answer) => new()
    {
        Name = name,
        Purpose = purpose,
        Description = $"{purpose}.",
        Usage = name switch { "valid-for" => "license valid-for [<N>h|<N>d] [flags]", "valid-until" => "license valid-until [yyyy-mm-dd] [flags]", _ => $"license {name} [flags]" },
        Example = example,
        Flags = [s_license],
        Run = (arguments, terminal) => Answer(arguments, terminal, answer),
    };

    /// <summary>What is printed, and whether it is good news.</summary>
    private readonly record struct Verdict(bool IsGood, string Text);

    private static Task<int> Answer(Arguments arguments, Terminal terminal, Func<Arguments, X509Certificate2, DateTimeOffset, Verdict> question)
    {
        Verdict verdict;
        try
        {
            using var certificate = Read(arguments);
            verdict = question(arguments, certificate, DateTimeOffset.UtcNow);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            verdict = new(false, $"KO: {exception.Message}");
        }
        if (verdict.Text.Length > 0)
            terminal.Out(verdict.Text + "\n");
        return Task.FromResult(verdict.IsGood ? ExitStatus.Success : ExitStatus.Failure);
    }

    private static X509Certificate2 Read(Arguments arguments)
    {
        if (Environment.GetEnvironmentVariable("KRAKEND_LICENSE_BASE64") is { Length: > 0 } content)
            return Parse(Convert.FromBase64String(content), "KRAKEND_LICENSE_BASE64");
        var file = arguments.Text(s_license.Name) ?? Environment.GetEnvironmentVariable("KRAKEND_LICENSE_PATH");
        file = string.IsNullOrEmpty(file) ? DefaultFile : file;
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file}: no such file");
        if (new FileInfo(file).Length > MaxBytes)
            throw new FormatException($"{file}: larger than {MaxBytes >> 20} MiB, which no certificate is");
        return Parse(File.ReadAllBytes(file), file);
    }

    private static X509Certificate2 Parse(byte[] content, string place)
    {
        try
        {
            return X509Certificate2.CreateFromPem(System.Text.Encoding.UTF8.GetString(content));
        }
        catch (CryptographicException exception)
        {
            throw new FormatException($"{place}: no X.509 certificate in PEM: {exception.Message}", exception);
        }
    }

    private static Verdict Now(X509Certificate2 certificate, DateTimeOffset now) =>
        At(certificate, now, now, $"the licence is valid until {Date(End(certificate))}");

    private static Verdict ValidFor(Arguments arguments, X509Certificate2 certificate, DateTimeOffset now)
    {
        if (arguments.Positional.Count == 0)
            return At(certificate, now, now, "", Span(End(certificate) - now));
        var time = arguments.Positional[0];
        if (time.Length < 2 || time[^1] is not ('h' or 'd') || !int.TryParse(time[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new UsageException($"invalid argument \"{time}\": it takes hours or days, as in 12h or 90d");
        var wanted = time[^1] == 'h' ? TimeSpan.FromHours(number) : TimeSpan.FromDays(Math.Min(number, 1_000_000));
        return At(certificate, now, now + wanted, $"the licence is still valid in {time}");
    }

    private static Verdict ValidUntil(Arguments arguments, X509Certificate2 certificate, DateTimeOffset now)
    {
        if (arguments.Positional.Count == 0)
            return At(certificate, now, now, "", Date(End(certificate)));
        if (!DateTimeOffset.TryParseExact(arguments.Positional[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            throw new UsageException($"invalid argument \"{arguments.Positional[0]}\": it takes a date, as in 2027-01-31");
        return At(certificate, now, date, $"the licence is still valid on {arguments.Positional[0]}");
    }

    private static Verdict DaysLeft(Arguments arguments, X509Certificate2 certificate, DateTimeOffset now) =>
        At(certificate, now, now, "", ((int)(End(certificate) - now).TotalDays).ToString(CultureInfo.InvariantCulture));

    private static Verdict Licensee(Arguments arguments, X509Certificate2 certificate, DateTimeOffset now)
    {
        if (!At(certificate, now, now, "").IsGood)
            return new(false, "");
        var name = new X500DistinguishedName(certificate.SubjectName.RawData);
        return new(true, name.EnumerateRelativeDistinguishedNames().FirstOrDefault(static n => n.GetSingleElementType().Value == "2.5.4.10")?.GetSingleElementValue() ?? "");
    }

    // Valid now and still at a later time; what is printed without "OK:" is the answer itself.
    private static Verdict At(X509Certificate2 certificate, DateTimeOffset now, DateTimeOffset later, string good, string? plain = null)
    {
        var (start, end) = (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), End(certificate));
        if (now < start)
            return new(false, $"KO: the licence is not valid before {Date(start)}");
        if (now > end)
            return new(false, $"KO: the licence expired on {Date(end)}");
        if (later > end)
            return new(false, $"KO: the licence expires on {Date(end)}");
        return new(true, plain ?? $"OK: {good}");
    }

    private static DateTimeOffset End(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays}d{time.Hours}h{time.Minutes}m");
}
