"""Marks requests and answers with a tenant."""

from krakenplugins_sidecar import ConfigError, Needs, Plugin, Refusal, serve

sample = Plugin("acme.sample", "1.0.0")


def tenant_of(config):
    # The namespace may hold the settings of several plugins, each under its name.
    tenant = config.get("acme.sample", config).get("tenant")
    if not isinstance(tenant, str):
        raise ConfigError("acme.sample.tenant", "the name of a tenant is required")
    return tenant


@sample.request_modifier("acme.sample", needs=Needs(request_head=True, headers=("X-Tenant",)))
class MarkRequest:
    """Sets a header, and refuses a request that brings another tenant's."""

    def __init__(self, config, place):
        self.tenant = tenant_of(config)

    async def on_request(self, request):
        if request.headers.get("X-Tenant", self.tenant) != self.tenant:
            raise Refusal(403, "another tenant")
        request.headers.set("X-Tenant", self.tenant)


@sample.response_modifier("acme.sample", needs=Needs(response_body="buffered"))
class MarkResponse:
    """Adds a field to the data of an answer."""

    def __init__(self, config, place):
        self.tenant = tenant_of(config)

    async def on_response(self, response, request):
        if response.is_data and isinstance(response.data, dict):
            response.data["tenant"] = self.tenant


if __name__ == "__main__":
    serve(sample)
