using System.Diagnostics;
using System.Globalization;
using Gateway.Fuzz;

const string Usage = """
    usage: fuzz [--seconds N] [--seed N] [--target NAME]... [--slowest N] [--keep DIR]
           fuzz --replay FILE --target NAME

      Feeds mutated documents to everything that reads a configuration: no crash, no hang, no growth without bound.
      --seconds N     time for all targets together, default 20
      --seed N        first of the random numbers; equal seeds give equal inputs; default 1
      --target NAME   only this one (json yaml toml properties hcl ini env config binder template)
      --slowest N     seconds that one input may take, default 20
      --keep DIR      where an input that breaks something is kept, default the current folder
      --replay FILE   runs one kept input
    """;

// The machine may be busy; an input of a quarter of a megabyte takes milliseconds.
int seconds = 20, seed = 1, slowest = 20;
string keep = ".";
string? replay = null, current = null;
var names = new List<string>();
for (var i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length)
        return Refuse();
    var value = args[i + 1];
    var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
    switch (args[i])
    {
        case "--seconds" when isNumber:
            seconds = number;
            break;
        case "--seed" when isNumber:
            seed = number;
            break;
        case "--slowest" when isNumber:
            slowest = number;
            break;
        case "--target" when Target.All.Concat(Target.SelfTests).Any(t => t.Name == value):
            names.Add(value);
            break;
        case "--keep":
            keep = value;
            break;
        case "--replay":
            replay = value;
            break;
        case "--worker":
            current = value;
            break;
        default:
            return Refuse();
    }
}
var targets = names.Count == 0 ? [.. Target.All] : Target.All.Concat(Target.SelfTests).Where(t => names.Contains(t.Name)).ToArray();
if (replay is not null)
{
    if (names.Count != 1)
        return Refuse();
    targets[0].Run(File.ReadAllBytes(replay));
    return 0;
}
if (current is not null)
    return Worker.Run(targets[0], Seeds(targets[0]), seed, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(slowest), current);

var finds = 0;
foreach (var target in targets)
    finds += await FuzzAsync(target, Math.Max(1, seconds / targets.Length)) ? 0 : 1;
return finds == 0 ? 0 : 1;

async Task<bool> FuzzAsync(Target target, int share)
{
    var input = Path.Combine(keep, $"fuzz-{target.Name}-{seed}.bin");
    string[] command = ["--worker", input, "--target", target.Name, "--seed", Text(seed), "--seconds", Text(share), "--slowest", Text(slowest)];
    // The host is `fuzz` itself, or `dotnet fuzz.dll`.
    var host = Environment.ProcessPath!;
    string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(Target).Assembly.Location] : [];
    using var worker = Process.Start(new ProcessStartInfo(host, [.. program, .. command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    var error = worker.StandardError.ReadToEndAsync();
    var output = await worker.StandardOutput.ReadToEndAsync();
    await worker.WaitForExitAsync();
    if (worker.ExitCode == 0)
    {
        File.Delete(input);
        Console.WriteLine($"{target.Name}: {output.Trim()}");
        return true;
    }
    // A stack overflow repeats its frames a thousand times.
    var lines = (output + await error).Split('\n');
    Console.WriteLine($"{target.Name}: status {worker.ExitCode}, the input is {input}\n{string.Join('\n', lines.Take(40))}");
    return false;
}

static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

static byte[][] Seeds(Target target)
{
    if (Target.SelfTests.Contains(target))
        return [[]];
    var folder = Path.Combine(AppContext.BaseDirectory, "seeds", target.Name);
    return [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
}

static int Refuse()
{
    Console.Error.WriteLine(Usage);
    return 2;
}
