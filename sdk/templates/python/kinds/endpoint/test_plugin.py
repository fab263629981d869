import unittest

from krakenplugins_sidecar import Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def ask(self, headers):
        async with await configure(sample, "acme/sample", {"header": "X-Api-Version"}) as component:
            return await component.call(Request(headers=headers), Response(200, body="in"))

    async def test_refuses_a_request_without_the_header(self):
        outcome = await self.ask({})

        self.assertEqual((outcome.failure.status, outcome.requests), (400, []))

    async def test_lets_others_in(self):
        outcome = await self.ask({"X-Api-Version": "2"})

        self.assertEqual(await outcome.response.body.read(), b"in")
