"""Answers one path before any routing."""

from krakenplugins_sidecar import ConfigError, Needs, Plugin, Response, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.http_server("acme.sample", needs=Needs(request_head=True))
class AnswerPath:
    """Answers its path, and hands everything else on."""

    def __init__(self, config, place):
        # The namespace may hold the settings of several plugins, each under its name.
        own = config.get("acme.sample", config)
        if not str(own.get("path", "")).startswith("/"):
            raise ConfigError("acme.sample.path", "a path that begins with / is required")
        self.path = own["path"]
        self.text = own.get("text", "")

    async def on_request(self, request):
        if request.path == self.path:
            return Response(200, headers={"Content-Type": "text/plain; charset=utf-8"}, body=self.text)
        return None


if __name__ == "__main__":
    serve(sample)
