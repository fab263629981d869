using Gateway.FaultySidecar;

if (!Console.IsInputRedirected || Greeting.Read(Console.In) is not { } greeting)
{
    Console.Error.WriteLine("this is a plugin of a gateway, which starts it; see docs/plugins/sidecars.md");
    return 3;
}
// The folder's name as an argument, for manifests that are copied elsewhere.
var folder = args.Length > 0 ? args[0] : Environment.CurrentDirectory;
var faults = ProcessFaults.Read(folder);
if (faults.LeavesSecret)
    File.WriteAllText(Path.Combine(folder, "secret"), greeting.Secret);
return await new FaultyProcess(greeting, Manifest.Read(folder), faults).RunAsync();
