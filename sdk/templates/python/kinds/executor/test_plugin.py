import unittest

from krakenplugins_sidecar import Request
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def ask(self, request):
        async with await configure(sample, "acme/sample", {"text": "hello"}) as component:
            return await component.call(request)

    async def test_answers_with_the_text(self):
        outcome = await self.ask(Request(parameters={"Id": "7"}))

        self.assertEqual(outcome.response.data, {"text": "hello", "id": "7"})

    async def test_refuses_other_methods_than_get(self):
        outcome = await self.ask(Request("POST"))

        self.assertEqual(outcome.failure.status, 405)
