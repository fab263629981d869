import unittest

from krakenplugins_sidecar import Request
from krakenplugins_sidecar.testing import configure

from plugin import plugin


class AnswerTest(unittest.IsolatedAsyncioTestCase):
    async def test_it_answers_with_data(self):
        async with await configure(plugin, "example/answer", {"greeting": "good day"}) as answer:
            outcome = await answer.call(Request("GET", "/people/7?full=1"))

        self.assertEqual(outcome.response.status, 200)
        self.assertEqual(outcome.response.data, {"greeting": "good day", "path": "/people/7"})

    async def test_it_only_answers_get(self):
        async with await configure(plugin, "example/answer", {}) as answer:
            outcome = await answer.call(Request("DELETE", "/people/7"))

        self.assertEqual(outcome.failure.status, 405)


if __name__ == "__main__":
    unittest.main()
