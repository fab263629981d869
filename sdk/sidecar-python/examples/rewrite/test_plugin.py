import unittest

from krakenplugins_sidecar import Response
from krakenplugins_sidecar.testing import configure

from plugin import plugin

CONFIG = {"old": "internal.example", "new": "example.com"}


class RewriteTest(unittest.IsolatedAsyncioTestCase):
    async def rewritten(self, answer):
        async with await configure(plugin, "example/rewrite", CONFIG) as rewrite:
            return (await rewrite.call(answer=answer)).response.body.whole

    async def test_the_text_is_replaced_wherever_chunks_divide_it(self):
        text = b"see https://internal.example/a and internal.example"
        for cut in range(len(text)):
            with self.subTest(cut):
                chunks = [text[:cut], text[cut:]]
                self.assertEqual(await self.rewritten(Response(200, body=chunks)), b"see https://example.com/a and example.com")

    async def test_a_body_of_many_megabytes_goes_through(self):
        async def chunks():
            for _ in range(160):
                yield b"internal.example" * 4096

        self.assertEqual(await self.rewritten(Response(200, body=chunks())), b"example.com" * 4096 * 160)

    async def test_what_is_compressed_stays_as_it_is(self):
        answer = Response(200, headers={"Content-Encoding": "gzip"}, body=[b"internal.example"])

        self.assertEqual(await self.rewritten(answer), b"internal.example")


if __name__ == "__main__":
    unittest.main()
