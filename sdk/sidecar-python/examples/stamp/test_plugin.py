import unittest

from krakenplugins_sidecar import Failure, FailureKind, Response
from krakenplugins_sidecar.testing import configure

from plugin import plugin


class StampTest(unittest.IsolatedAsyncioTestCase):
    async def test_answers_have_the_stamp(self):
        async with await configure(plugin, "example/stamp", {"name": "X-Stamp", "value": "blue"}) as stamp:
            outcome = await stamp.call(answer=Response(200, headers={"X-Stamp": "old"}, data={"id": 7}))

        self.assertEqual(outcome.response.headers.get_all("x-stamp"), ["blue"])
        self.assertEqual(outcome.response.data, {"id": 7})

    async def test_a_failure_stays_what_it_is(self):
        async with await configure(plugin, "example/stamp", {"name": "X-Stamp", "value": "blue"}) as stamp:
            outcome = await stamp.call(answer=Failure(FailureKind.TIMEOUT, 504))

        self.assertEqual(outcome.failure.status, 504)


if __name__ == "__main__":
    unittest.main()
