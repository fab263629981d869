"""Answers in place of a backend."""

from krakenplugins_sidecar import ConfigError, Needs, Plugin, Refusal, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.executor("acme/sample", needs=Needs(request_head=True))
class Answer:
    """Nothing stands behind an executor: what it returns is the answer."""

    def __init__(self, config, place):
        if not isinstance(config.get("text"), str):
            raise ConfigError("text", "a text is required")
        self.text = config["text"]

    async def handle(self, request):
        if request.method != "GET":
            raise Refusal(405, f"{request.method} is not supported")
        data = {"text": self.text}
        if (number := request.parameters.get("Id")) is not None:
            data["id"] = number
        return data


if __name__ == "__main__":
    serve(sample)
