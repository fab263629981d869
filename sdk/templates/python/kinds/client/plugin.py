"""Sends credentials with every call of a backend."""

import base64

from krakenplugins_sidecar import ConfigError, Needs, Plugin, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.client("acme/sample")
class SendCredentials:
    """Needs nothing of the call, so nothing but its beginning is sent here."""

    def __init__(self, config, place):
        if not isinstance(config.get("user"), str) or ":" in config["user"]:
            raise ConfigError("user", "a name without colon is required")
        pair = f"{config['user']}:{config.get('password', '')}"
        self.value = "Basic " + base64.b64encode(pair.encode()).decode()

    async def on_request(self, request):
        request.headers.set("Authorization", self.value)


if __name__ == "__main__":
    serve(sample)
