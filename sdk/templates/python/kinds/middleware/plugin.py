"""Answers from data of its own when everything behind it failed."""

from krakenplugins_sidecar import ConfigError, FailureKind, Needs, Plugin, Response, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.middleware("acme.sample", needs=Needs(response_head=True))
class Fallback:
    """Puts an incomplete answer in the place of a failure, unless the client is gone."""

    def __init__(self, config, place):
        # The namespace may hold the settings of several plugins, each under its name.
        own = config.get("acme.sample", config)
        if not isinstance(own.get("text"), str):
            raise ConfigError("acme.sample.text", "a text is required")
        self.text = own["text"]

    async def handle(self, request, next):
        response = await next(request)
        # What has data beside its failure is the incomplete answer of those backends that did answer.
        if response.failure is None or response.is_data or response.failure.kind == FailureKind.CLIENT_ABORTED:
            return response
        return Response(data={"fallback": self.text}, is_complete=False)


if __name__ == "__main__":
    serve(sample)
