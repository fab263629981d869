import unittest

from krakenplugins_sidecar import Failure, FailureKind, Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def ask(self, method, failures):
        answers = [Failure(FailureKind.CONNECTION)] * failures + [Response(200, body="in")]
        async with await configure(sample, "acme.sample", {"acme.sample": {"retries": 2}}) as component:
            return await component.call(Request(method), lambda _: answers.pop(0))

    async def test_calls_again_when_the_connection_failed(self):
        outcome = await self.ask("GET", 2)

        self.assertEqual((await outcome.response.body.read(), len(outcome.requests)), (b"in", 3))

    async def test_gives_up_in_the_end_and_never_repeats_a_post(self):
        self.assertEqual(len((await self.ask("GET", 9)).requests), 3)
        self.assertEqual(len((await self.ask("POST", 1)).requests), 1)
