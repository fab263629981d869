import unittest

from krakenplugins_sidecar import Request, Response
from krakenplugins_sidecar.testing import configure

from plugin import sample


class PluginTest(unittest.IsolatedAsyncioTestCase):
    async def test_sets_the_header(self):
        async with await configure(sample, "acme/sample", {"header": "X-Tenant", "value": "acme"}) as component:
            outcome = await component.call(Request(), Response(data={}))

        self.assertEqual(outcome.request.headers["X-Tenant"], "acme")
