"""Calls a backend again when the connection failed."""

from krakenplugins_sidecar import ConfigError, FailureKind, Needs, Plugin, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.http_client("acme.sample", needs=Needs(request_head=True, response_head=True))
class Repeat:
    """Repeats what is safe to repeat: methods without effect (RFC 9110, section 9.2.1) whose call never got an answer."""

    def __init__(self, config, place):
        # The namespace may hold the settings of several plugins, each under its name.
        own = config.get("acme.sample", config)
        self.retries = own.get("retries", 1)
        if not isinstance(self.retries, int) or not 0 <= self.retries <= 5:
            raise ConfigError("acme.sample.retries", "a number from 0 to 5 is expected")

    async def handle(self, request, next):
        response = await next(request)
        for _ in range(self.retries if request.method in ("GET", "HEAD") else 0):
            if response.failure is None or response.failure.kind != FailureKind.CONNECTION:
                break
            response = await next(request)
        return response


if __name__ == "__main__":
    serve(sample)
