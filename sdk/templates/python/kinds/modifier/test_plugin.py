import unittest

from krakenplugins_sidecar import Layer, Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    config = {"name": ["acme.sample"], "acme.sample": {"tenant": "acme"}}

    async def ask(self, layer, request, answer=None):
        async with await configure(sample, "acme.sample", self.config, layer=layer) as component:
            return await component.call(request, answer)

    async def test_marks_the_request(self):
        outcome = await self.ask(Layer.REQUEST_MODIFIER, Request())

        self.assertEqual(outcome.request.headers["X-Tenant"], "acme")

    async def test_refuses_another_tenants(self):
        outcome = await self.ask(Layer.REQUEST_MODIFIER, Request(headers={"X-Tenant": "other"}))

        self.assertEqual(outcome.failure.status, 403)

    async def test_marks_the_answer(self):
        outcome = await self.ask(Layer.RESPONSE_MODIFIER, Request(), Response(data={"a": 1}))

        self.assertEqual(outcome.response.data, {"a": 1, "tenant": "acme"})
