import unittest

from krakenplugins_sidecar import Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def test_sets_the_header_before_anything_behind_it_answers(self):
        async with await configure(sample, "acme/sample", {"header": "X-Served-By", "value": "acme"}) as component:
            outcome = await component.call(Request(), Response(200))

        self.assertEqual(outcome.response_headers["X-Served-By"], "acme")
