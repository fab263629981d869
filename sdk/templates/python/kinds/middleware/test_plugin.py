import unittest

from krakenplugins_sidecar import Failure, FailureKind, Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def ask(self, answer):
        async with await configure(sample, "acme.sample", {"acme.sample": {"text": "try later"}}) as component:
            return await component.call(Request(), answer)

    async def test_answers_in_place_of_a_failure(self):
        outcome = await self.ask(Failure(FailureKind.TIMEOUT))

        self.assertEqual((outcome.response.data, outcome.response.is_complete), ({"fallback": "try later"}, False))

    async def test_leaves_an_answer_alone(self):
        outcome = await self.ask(Response(data={"a": 1}))

        self.assertEqual(outcome.response.data, {"a": 1})
