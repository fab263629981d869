"""Refuses requests of an endpoint that lack a header."""

from krakenplugins_sidecar import ConfigError, Needs, Plugin, Refusal, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.endpoint("acme/sample", needs=Needs(request_head=True))
class RequireHeader:
    """Refuses what lacks the header."""

    def __init__(self, config, place):
        if not isinstance(config.get("header"), str):
            raise ConfigError("header", "the name of a header is required")
        self.header = config["header"]
        self.status = config.get("status", 400)

    async def on_request(self, request):
        if self.header not in request.headers:
            raise Refusal(self.status, f"there is no header {self.header}")


if __name__ == "__main__":
    serve(sample)
