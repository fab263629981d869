import hashlib
import unittest

from krakenplugins_sidecar import ConfigError, Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import plugin

CONFIG = {"tokens": [hashlib.sha256(b"open sesame").hexdigest()]}


class GuardTest(unittest.IsolatedAsyncioTestCase):
    async def test_a_known_token_opens(self):
        async with await configure(plugin, "example/guard", CONFIG) as guard:
            outcome = await guard.call(Request(headers={"Authorization": "Bearer open sesame"}), Response(200, body="cave"))

        self.assertEqual(outcome.response.body.whole, b"cave")

    async def test_others_are_refused_before_anything_further_in_is_called(self):
        async with await configure(plugin, "example/guard", CONFIG) as guard:
            for headers in ({}, {"Authorization": "Bearer open barley"}, {"Authorization": "Basic open sesame"}, {"Authorization": "Bearer"}):
                with self.subTest(headers):
                    outcome = await guard.call(Request(headers=headers))

                    self.assertEqual(outcome.failure.status, 401)
                    self.assertIn(("WWW-Authenticate", "Bearer"), outcome.failure.headers)
                    self.assertEqual(outcome.requests, [])

    async def test_a_token_where_its_digest_should_be_refuses_the_start(self):
        with self.assertRaises(ConfigError) as caught:
            await configure(plugin, "example/guard", {"tokens": [*CONFIG["tokens"], "open sesame"]})

        self.assertEqual(caught.exception.path, "tokens[1]")
        self.assertTrue(caught.exception.refuses_start)


if __name__ == "__main__":
    unittest.main()
