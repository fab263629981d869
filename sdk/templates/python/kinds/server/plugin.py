"""Puts a header on every answer of the service."""

from krakenplugins_sidecar import ConfigError, Needs, Plugin, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.server("acme/sample")
class SetHeader:
    """Needs nothing of the request, so nothing but its beginning is sent here."""

    def __init__(self, config, place):
        if not isinstance(config.get("header"), str):
            raise ConfigError("header", "the name of a header is required")
        self.header = config["header"]
        self.value = config.get("value", "")

    async def on_request(self, request):
        request.response_headers.set(self.header, self.value)


if __name__ == "__main__":
    serve(sample)
