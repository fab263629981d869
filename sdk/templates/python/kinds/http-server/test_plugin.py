import unittest

from krakenplugins_sidecar import Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def ask(self, target):
        async with await configure(sample, "acme.sample", {"acme.sample": {"path": "/ping", "text": "pong"}}) as component:
            return await component.call(Request("GET", target), Response(200, body="behind"))

    async def test_answers_its_path(self):
        outcome = await self.ask("/ping?a=b")

        self.assertEqual((await outcome.response.body.read(), outcome.requests), (b"pong", []))

    async def test_hands_everything_else_on(self):
        outcome = await self.ask("/pin")

        self.assertEqual(await outcome.response.body.read(), b"behind")
