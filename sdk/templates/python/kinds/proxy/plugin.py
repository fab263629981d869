"""Adds a field to the answer of an endpoint."""

from krakenplugins_sidecar import ConfigError, Needs, Plugin, serve

sample = Plugin("acme.sample", "1.0.0")


@sample.proxy("acme/sample", needs=Needs(response_body="buffered"))
class AddField:
    """The field and its text are what the namespace holds in an endpoint's extra_config."""

    def __init__(self, config, place):
        if not isinstance(config.get("text"), str):
            raise ConfigError("text", "a text is required: what the field is to say")
        self.field = config.get("field", "note")
        self.text = config["text"]

    async def on_response(self, response, request):
        # A failure, or the raw answer of a no-op endpoint, has no data.
        if response.is_data and isinstance(response.data, dict):
            response.data[self.field] = self.text


if __name__ == "__main__":
    serve(sample)
