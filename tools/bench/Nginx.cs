namespace Gateway.Bench;

/// <summary>Writes the folder of one nginx: as the upstream with fixed bodies, or as a plain reverse proxy.</summary>
internal static class Nginx
{
    /// <summary>Path of the upstream whose answer, that of the pass-through, may be kept for a day.</summary>
    public const string KeptPath = "/kept";

    /// <summary>Serves the <see cref="Fixtures"/> from memory-mapped files with one worker.</summary>
    public static Task<Subject> StartUpstreamAsync(string program, string folder, CancellationToken cancellationToken)
    {
        string home = Directory.CreateDirectory(Path.Combine(folder, "upstream")).FullName;
        (string Path, byte[] Body)[] bodies =
            [("/user", Fixtures.User), ("/order", Fixtures.Order), ("/stats", Fixtures.Stats), ("/big", Fixtures.Big), ("/list", Fixtures.List)];
        foreach ((string path, byte[] body) in bodies)
            File.WriteAllBytes(home + path + ".json", body);
        string locations = string.Concat(bodies.Select(body => $"    location = {body.Path} {{ alias {home}{body.Path}.json; }}\n"));
        locations += $"    location = {KeptPath} {{ alias {home}/user.json; add_header Cache-Control max-age=86400; }}\n";
        int port = Subject.FreePort();
        return StartAsync("upstream", program, home, port, workers: "1", $$"""
              open_file_cache max=100 inactive=1h;
              open_file_cache_valid 1h;
              sendfile on;
              tcp_nopush on;
              etag off;
              types { }
              default_type application/json;
              server {
                listen 127.0.0.1:{{port}} backlog=4096;
            {{locations}}  }
            """, cancellationToken);
    }

    /// <summary>Passes everything to the upstream over connections that it keeps; one worker per processor.</summary>
    public static Task<Subject> StartProxyAsync(string program, string folder, int upstreamPort, CancellationToken cancellationToken)
    {
        string home = Directory.CreateDirectory(Path.Combine(folder, "proxy")).FullName;
        int port = Subject.FreePort();
        return StartAsync("nginx", program, home, port, workers: "auto", $$"""
              upstream measured {
                server 127.0.0.1:{{upstreamPort}};
                keepalive 512;
                keepalive_requests 1000000000;
              }
              server {
                listen 127.0.0.1:{{port}} backlog=4096;
                location / {
                  proxy_pass http://measured;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                }
              }
            """, cancellationToken);
    }

    private static Task<Subject> StartAsync(
        string name, string program, string home, int port, string workers, string http, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(home, "tmp"));
        // Workers of an nginx that root starts run as another user, who may not read this folder.
        string user = Environment.UserName == "root" ? "user root;" : "";
        string path = Path.Combine(home, "nginx.conf");
        File.WriteAllText(path, $$"""
            {{user}}
            daemon off;
            worker_processes {{workers}};
            worker_rlimit_nofile 16384;
            pid nginx.pid;
            error_log stderr warn;
            events { worker_connections 8192; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              keepalive_timeout 1h;
              client_body_temp_path tmp;
              proxy_temp_path tmp;
              fastcgi_temp_path tmp;
              uwsgi_temp_path tmp;
              scgi_temp_path tmp;
            {{http}}
            }

            """);
        return Subject.StartAsync(name, [program, "-p", home, "-c", path, "-e", "stderr"], port, Scenario.PassThroughPath, home, heap: null, cancellationToken);
    }
}
