using Gateway.Bench;

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(BenchOptions.Usage);
    return 0;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, signal) =>
{
    // The processes that were started are ended first.
    signal.Cancel = true;
    stop.Cancel();
};
try
{
    BenchOptions options = BenchOptions.Parse(args);
    string report = options.Mode switch
    {
        BenchMode.Routes => await RoutesBench.RunAsync(options, Console.Error, stop.Token),
        BenchMode.Plugins => await PluginsBench.RunAsync(options, Console.Error, stop.Token),
        BenchMode.Tokens => await TokensBench.RunAsync(options, Console.Error, stop.Token),
        BenchMode.Cache => await CacheBench.RunAsync(options, Console.Error, stop.Token),
        BenchMode.Sidecar => await SidecarBench.RunAsync(options, Console.Error, stop.Token),
        BenchMode.Reload => await ReloadBench.RunAsync(options, Console.Error, stop.Token),
        _ => await LoadBench.RunAsync(options, Console.Error, stop.Token),
    };
    Console.WriteLine(report);
    if (options.Output is not null)
        await File.WriteAllTextAsync(options.Output, report);
    return 0;
}
catch (BenchException e)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
