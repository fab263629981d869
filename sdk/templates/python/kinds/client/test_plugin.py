import unittest

from krakenplugins_sidecar import ConfigError, Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def test_sends_the_credentials(self):
        async with await configure(sample, "acme/sample", {"user": "ann", "password": "secret"}) as component:
            outcome = await component.call(Request(), Response(200))

        self.assertEqual(outcome.request.headers["Authorization"], "Basic YW5uOnNlY3JldA==")

    async def test_refuses_a_name_with_a_colon(self):
        with self.assertRaises(ConfigError) as raised:
            await configure(sample, "acme/sample", {"user": "a:b"})

        self.assertEqual(raised.exception.path, "user")
