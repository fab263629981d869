import unittest

from krakenplugins_sidecar import ConfigError, Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def test_adds_the_field_to_the_answer(self):
        async with await configure(sample, "acme/sample", {"text": "hello"}) as component:
            outcome = await component.call(Request(), Response(data={"a": 1}))

        self.assertEqual(outcome.response.data, {"a": 1, "note": "hello"})

    async def test_refuses_a_configuration_without_text(self):
        with self.assertRaises(ConfigError) as raised:
            await configure(sample, "acme/sample", {})

        self.assertEqual(raised.exception.path, "text")
