"""Calls over a real socket, at every layer."""

import asyncio

import grpc

from krakenplugins_sidecar import Failure, FailureKind, Layer, Needs, Request, Response
from krakenplugins_sidecar._proto import call_pb2, plugin_service_pb2

from .on_loop import AsyncCase
from .wire import PluginProcess, Wire

HEADS = Needs(request_head=True, response_head=True)
STREAMS = Needs(request_head=True, request_body="streamed", response_head=True, response_body="streamed")
AROUND = (Layer.SERVER, Layer.ENDPOINT, Layer.PROXY, Layer.BACKEND, Layer.CLIENT, Layer.HTTP_SERVER, Layer.HTTP_CLIENT, Layer.MIDDLEWARE)


class WireCase(AsyncCase):
    """One process for all tests of a class; a connection for each."""

    @classmethod
    def setUpClass(cls):
        cls.process = PluginProcess()
        cls.addClassCleanup(cls.process.close)

    async def prepare(self):
        self.wire = await self.enter(Wire(self.process))
        await self.wire.describe()
        self.wire.open()

    def kinds(self, call_id):
        return [f.WhichOneof("frame") for f in self.wire.received if f.call_id == call_id]


class LayersTest(WireCase):
    async def test_around_something_a_handler_changes_request_and_answer(self):
        for name in ("test/mark", "test/mark-plain"):
            for layer in AROUND:
                with self.subTest(name, layer=layer):
                    place = await self.wire.configure(name, layer, needs=HEADS)
                    answer = Response(201, headers={"X-Own": "1"}, body="raw") if layer.is_http else Response(data={"a": 1})

                    outcome = await self.wire.call(place, Request("POST", "/x", headers={"X-Mark": "m"}, body="in"), answer)

                    self.assertEqual(outcome.request.headers["X-Layer"], layer.name.lower())
                    self.assertEqual(outcome.request.body.whole, b"in")
                    self.assertEqual(outcome.response.headers["X-Mark"], "m")
                    if not layer.is_http:
                        self.assertEqual(outcome.response.data, {"a": 1})
                        continue
                    self.assertEqual((outcome.response.status, outcome.response.body.whole), (201, b"raw"))
                    self.assertEqual(outcome.response.headers["X-Own"], "1")

    async def test_an_executor_answers_with_data(self):
        place = await self.wire.configure("test/mark", Layer.EXECUTOR, needs=Needs(request_head=True, request_body="buffered"))

        outcome = await self.wire.call(place, Request("POST", "/t?q=1", headers={"X-Mark": "m"}, body="in"))

        self.assertEqual(outcome.response.data, {"mark": "m", "body": "in", "target": "/t?q=1"})
        self.assertEqual((outcome.response.status, outcome.response.is_complete, outcome.requests), (200, True, []))

    async def test_a_request_modifier_changes_the_request_or_refuses_it(self):
        place = await self.wire.configure("test/mark", Layer.REQUEST_MODIFIER, needs=Needs(request_head=True))

        changed = await self.wire.call(place, Request(headers={"X-Mark": "m"}))
        refused = await self.wire.call(place, Request("GET", "/refuse", headers={"X-Mark": "m"}))

        self.assertEqual(changed.request.headers["X-Modified"], "m")
        self.assertEqual((refused.failure.kind, refused.failure.status, refused.failure.message), (FailureKind.REJECTED, 403, "not this one"))

    async def test_a_response_modifier_changes_the_answer(self):
        place = await self.wire.configure("test/mark", Layer.RESPONSE_MODIFIER, needs=Needs(response_head=True, response_body="buffered"))

        outcome = await self.wire.call(place, answer=Response(200, data={"a": [1]}))

        self.assertEqual(outcome.response.data, {"a": [1], "modified": True})
        self.assertEqual(outcome.response.headers["X-Modified"], "yes")

    async def test_without_an_interest_in_the_answer_one_frame_is_all(self):
        place = await self.wire.configure("test/configured", Layer.ENDPOINT, {"name": "x"}, needs=Needs(request_head=True, headers=("X-A",)))

        outcome = await self.wire.call(place, Request(headers={"x-a": "1", "Cookie": "c"}), Response(202))

        self.assertEqual((outcome.request.headers["X-B"], outcome.request.headers["Cookie"], outcome.response.status), ("1", "c", 202))
        self.assertEqual(self.kinds(1), ["proceed"])

    async def test_claims_are_there_and_data_that_is_not_touched_is_not_sent_back(self):
        needs = Needs(request_head=True, request_body="buffered", response_head=True, response_body="buffered", claims=True)
        place = await self.wire.configure("test/data", Layer.PROXY, needs=needs)

        with_claims = await self.wire.call(place, Request(claims={"sub": "me"}), Response(data={"a": 1}))
        await self.wire.call(place, Request(), Response(data={"a": 0.1}))

        self.assertEqual(with_claims.response.data, {"a": 1, "sub": "me"})
        finish = await self.wire.frame(lambda f: f.call_id == 2 and f.WhichOneof("frame") == "finish")
        self.assertFalse(finish.finish.change.HasField("body"))

    async def test_several_attempts_at_once_and_one_after_the_other(self):
        place = await self.wire.configure("test/attempts", Layer.CLIENT, needs=HEADS)
        statuses = iter((500, 502, 503, 200))

        outcome = await self.wire.call(place, answer=lambda _: Response(next(statuses)))

        self.assertEqual((outcome.response.status, outcome.response.headers["X-Statuses"]), (200, "500,502,503"))

    async def test_an_exchange_with_the_client_goes_on_once(self):
        place = await self.wire.configure("test/attempts", Layer.ENDPOINT, needs=HEADS)

        outcome = await self.wire.call(place)

        self.assertEqual(outcome.failure.message, "test/attempts failed")
        self.assertEqual(self.kinds(1).count("proceed"), 1)

    async def test_failures_of_attempts_are_values_without_a_head(self):
        place = await self.wire.configure("test/mark", Layer.PROXY, needs=HEADS)

        outcome = await self.wire.call(place, answer=Failure(FailureKind.TIMEOUT, 504, "too slow"))

        self.assertEqual((outcome.failure.kind, outcome.failure.status), (FailureKind.TIMEOUT, 504))
        finish = await self.wire.frame(lambda f: f.WhichOneof("frame") == "finish")
        self.assertEqual(finish.finish.change, call_pb2.ResponseChange(attempt=1))

    async def test_64_calls_at_once_each_get_their_own_answer(self):
        for name in ("test/mark", "test/mark-plain"):
            with self.subTest(name):
                place = await self.wire.configure(name, Layer.ENDPOINT, needs=HEADS)
                every_one = asyncio.Barrier(64)

                async def answer(request):
                    await every_one.wait()
                    return Response(200, headers={"X-Behind": request.headers["X-Mark"]})

                async def one(mark):
                    outcome = await self.wire.call(place, Request(headers={"X-Mark": mark}), answer)
                    return outcome.response.headers["X-Mark"], outcome.response.headers["X-Behind"]

                for turn in range(4):
                    marks = [f"{turn}-{i}" for i in range(64)]
                    self.assertEqual(await asyncio.gather(*(one(mark) for mark in marks)), [(mark, mark) for mark in marks])


class BodiesTest(WireCase):
    async def test_bodies_go_through_both_ways_chunk_by_chunk(self):
        for name in ("test/echo", "test/echo-plain"):
            with self.subTest(name):
                place = await self.wire.configure(name, Layer.CLIENT, needs=STREAMS)
                sent = [bytes([97 + i % 26]) * 40_000 for i in range(60)]
                answered = [bytes([98 + i % 24]) * 30_000 for i in range(70)]

                outcome = await self.wire.call(place, Request("POST", "/", body=sent), Response(200, body=answered))

                self.assertEqual(outcome.request.body.whole, b"".join(sent).upper())
                self.assertEqual(outcome.response.body.whole, b"".join(answered).upper())

    async def test_nothing_is_asked_for_that_nobody_reads(self):
        place = await self.wire.configure("test/mark", Layer.CLIENT)
        self.wire.send(frame(900, start=call_pb2.CallStart(place_id=place.id, request_body=call_pb2.Body(stream_id=1))))
        await self.wire.frame(lambda f: f.call_id == 900 and f.WhichOneof("frame") == "proceed")

        self.assertEqual(self.kinds(900), ["proceed"])

    async def test_no_more_is_sent_than_there_is_credit_for_and_no_more_is_made(self):
        self.process.output.clear()
        place = await self.wire.configure("test/flood", Layer.ENDPOINT, {"chunks": 100, "size": 100_000})
        self.wire.send(frame(901, start=call_pb2.CallStart(place_id=place.id)))
        await self.wire.frame(lambda f: f.call_id == 901 and self.sent(901) >= 256 << 10)
        await self.wire.ask("Health", plugin_service_pb2.HealthRequest())

        self.assertEqual(self.sent(901), 256 << 10)
        self.assertLessEqual(sum(line.startswith("INFO chunk") for line in self.process.output), 4)
        for _ in range(98):
            self.wire.send(frame(901, credit=call_pb2.Credit(stream_id=1, bytes=100_000)))
        end = await self.wire.frame(lambda f: f.call_id == 901 and f.chunk.is_last)
        self.assertEqual(self.sent(901), 10_000_000)
        self.assertFalse(end.chunk.is_broken)
        self.assertLessEqual(max(len(f.chunk.data) for f in self.wire.received), 64 << 10)

    def sent(self, call_id):
        return sum(len(f.chunk.data) for f in self.wire.received if f.call_id == call_id)

    async def test_credit_is_given_as_bytes_are_consumed(self):
        place = await self.wire.configure("test/echo", Layer.CLIENT, needs=STREAMS)
        self.wire.send(frame(902, start=call_pb2.CallStart(place_id=place.id, request_body=call_pb2.Body(stream_id=1))))
        await self.wire.frame(lambda f: f.call_id == 902 and f.WhichOneof("frame") == "credit")
        for _ in range(4):
            self.wire.send(frame(902, chunk=call_pb2.BodyChunk(stream_id=1, data=b"a" * 65536)))
        # The plugin's own credit is used up with what it has sent on: it consumes, and so asks for, nothing more.
        await self.wire.frame(lambda f: f.call_id == 902 and self.sent(902) == 256 << 10)
        granted = sum(f.credit.bytes for f in self.wire.received if f.call_id == 902)

        self.assertLessEqual(granted, 512 << 10)
        self.assertGreaterEqual(granted, 256 << 10)

    async def test_bytes_beyond_the_credit_fail_their_call_and_no_other(self):
        place = await self.wire.configure("test/echo", Layer.CLIENT, needs=STREAMS)
        self.wire.send(frame(903, start=call_pb2.CallStart(place_id=place.id, request_body=call_pb2.Body(stream_id=1))))
        self.wire.send(frame(903, chunk=call_pb2.BodyChunk(stream_id=1, data=b"a")))

        finish = await self.wire.frame(lambda f: f.call_id == 903 and f.WhichOneof("frame") == "finish")

        self.assertEqual(finish.finish.failure.kind, call_pb2.FAILURE_KIND_INTERNAL)
        self.assertEqual((await self.wire.call(place, Request(body=[b"a"]), Response(200, body=[b"b"]))).response.body.whole, b"B")

    async def test_a_body_that_breaks_off_breaks_off_further_on(self):
        place = await self.wire.configure("test/echo", Layer.CLIENT, needs=STREAMS)
        self.wire.send(frame(904, start=call_pb2.CallStart(place_id=place.id, request_body=call_pb2.Body(stream_id=1))))
        await self.wire.frame(lambda f: f.call_id == 904 and f.WhichOneof("frame") == "credit")
        self.wire.send(frame(904, chunk=call_pb2.BodyChunk(stream_id=1, data=b"a", is_broken=True)))

        self.assertEqual((await self.wire.frame(lambda f: f.call_id == 904 and f.chunk.is_broken)).chunk.stream_id, 1)

    async def test_a_body_that_was_read_as_a_whole_goes_on(self):
        place = await self.wire.configure("test/read", Layer.ENDPOINT, "whole", needs=Needs(request_body="streamed"))

        outcome = await self.wire.call(place, Request("POST", "/", body=[b"abc", b"def"]))

        self.assertEqual(outcome.request.body.whole, b"abcdef")

    async def test_a_body_that_was_read_as_a_whole_is_still_encoded_as_it_was(self):
        place = await self.wire.configure("test/read", Layer.ENDPOINT, "whole", needs=Needs(request_head=True, request_body="streamed"))

        outcome = await self.wire.call(place, Request("POST", "/", headers={"content-encoding": "gzip"}, body=[b"abc"]))

        self.assertEqual(outcome.request.headers.get_all("Content-Encoding"), ["gzip"])
        proceed = await self.wire.frame(lambda f: f.WhichOneof("frame") == "proceed")
        self.assertEqual([(h.name, h.value) for h in proceed.proceed.change.headers], [("Content-Encoding", "gzip")])

    async def test_a_body_that_is_too_long_to_be_read_as_a_whole_is_413(self):
        place = await self.wire.configure("test/read", Layer.ENDPOINT, "whole", needs=Needs(request_body="streamed"))

        outcome = await self.wire.call(place, Request("POST", "/", body=[b"a" * (1 << 20)] * 9))

        self.assertEqual((outcome.failure.kind, outcome.failure.status), (FailureKind.REJECTED, 413))

    async def test_a_body_that_was_read_in_chunks_is_not_lost_silently(self):
        place = await self.wire.configure("test/read", Layer.ENDPOINT, "chunks", needs=Needs(request_body="streamed"))

        outcome = await self.wire.call(place, Request("POST", "/", body=[b"abc"]))

        self.assertEqual((outcome.failure.message, outcome.requests), ("test/read failed", []))
        await self.process.until(lambda: any("set request.body to what goes on" in line for line in self.process.errors))


class FaultsTest(WireCase):
    async def test_an_exception_fails_the_call_and_says_nothing_of_itself(self):
        for config in ("raise", "nothing"):
            with self.subTest(config):
                place = await self.wire.configure("test/wrong", Layer.ENDPOINT, config)

                outcome = await self.wire.call(place)

                self.assertEqual(outcome.failure, Failure(FailureKind.INTERNAL, 0, "test/wrong failed"))

    async def test_an_exception_within_a_body_breaks_it_off(self):
        place = await self.wire.configure("test/wrong", Layer.ENDPOINT, "late")
        self.wire.send(frame(905, start=call_pb2.CallStart(place_id=place.id)))

        await self.wire.frame(lambda f: f.call_id == 905 and f.chunk.is_broken)

        self.assertEqual(self.kinds(905), ["finish", "chunk", "chunk"])

    async def test_failures_and_refusals_can_be_returned(self):
        failed = await self.wire.call(await self.wire.configure("test/wrong", Layer.ENDPOINT, "fail"))
        refused = await self.wire.call(await self.wire.configure("test/wrong", Layer.ENDPOINT, "refuse"))

        self.assertEqual(failed.failure, Failure(FailureKind.OVERLOADED, 503, "busy"))
        self.assertEqual((refused.failure.kind, refused.failure.status, refused.failure.message), (FailureKind.REJECTED, 402, "pay first"))
        self.assertEqual((refused.failure.body, refused.failure.is_body_public), (b"pay", True))

    async def test_what_is_not_declared_cannot_be_read(self):
        place = await self.wire.configure("test/unsent", Layer.ENDPOINT)

        outcome = await self.wire.call(place, Request(headers={"Cookie": "c"}))

        self.assertEqual(outcome.failure.message, "test/unsent failed")
        await self.process.until(lambda: any("Needs(request_head=True)" in line for line in self.process.errors))

    async def test_a_call_that_is_cancelled_ends_there_and_says_nothing_more(self):
        for name in ("test/wait", "test/wait-plain"):
            with self.subTest(name):
                self.process.output.clear()
                place = await self.wire.configure(name, Layer.ENDPOINT)
                call = 906 + len(name)
                self.wire.send(frame(call, start=call_pb2.CallStart(place_id=place.id)))
                await self.process.until(lambda: "INFO waiting" in self.process.output)
                seen = self.kinds(call)
                if name.endswith("plain"):
                    await self.wire.frame(lambda f: f.call_id == call)
                    seen = ["proceed"]

                self.wire.send(frame(call, cancel=call_pb2.CallCancel(reason=call_pb2.CANCEL_REASON_CLIENT_GONE)))
                await self.process.until(lambda: "INFO cancelled" in self.process.output)
                await self.wire.call(await self.wire.configure("test/mark", Layer.ENDPOINT, needs=HEADS))

                self.assertEqual(self.kinds(call), seen)

    async def test_frames_of_calls_that_are_not_there_are_ignored(self):
        self.wire.send(frame(907, result=call_pb2.CallResult(attempt=1)))
        self.wire.send(frame(907, credit=call_pb2.Credit(stream_id=1, bytes=1)))
        self.wire.send(frame(907, chunk=call_pb2.BodyChunk(stream_id=1, data=b"a")))
        self.wire.send(frame(907, cancel=call_pb2.CallCancel()))
        self.wire.send(frame(907))
        place = await self.wire.configure("test/mark", Layer.ENDPOINT, needs=HEADS)

        self.assertEqual((await self.wire.call(place)).response.status, 200)
        self.assertEqual(self.kinds(907), [])

    async def test_a_place_that_was_not_configured_fails(self):
        self.wire.send(frame(908, start=call_pb2.CallStart(place_id=4_000_000_000)))

        finish = await self.wire.frame(lambda f: f.call_id == 908)

        self.assertEqual(finish.finish.failure.message, "place 4000000000 is not configured")

    async def test_calls_beyond_the_agreed_number_are_refused(self):
        async with Wire(self.process) as wire:
            await wire.describe(max_concurrent_calls=2)
            wire.open()
            place = await wire.configure("test/wait", Layer.ENDPOINT)
            for call in (1, 2, 3):
                wire.send(frame(call, start=call_pb2.CallStart(place_id=place.id)))

            refused = await wire.frame(lambda f: f.WhichOneof("frame") == "finish")

            self.assertEqual((refused.call_id, refused.finish.failure.kind), (3, call_pb2.FAILURE_KIND_OVERLOADED))

    async def test_a_message_beyond_the_limit_ends_the_stream_and_the_next_one_works(self):
        place = await self.wire.configure("test/mark", Layer.ENDPOINT, needs=HEADS)
        self.wire.send(frame(909, chunk=call_pb2.BodyChunk(stream_id=1, data=bytes(17 << 20))))

        self.assertEqual(await self.wire.ended(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        async with Wire(self.process) as wire:
            wire.open()
            self.assertEqual((await wire.call(place)).response.status, 200)


class ConfigurationTest(WireCase):
    async def test_findings_name_the_place_in_the_configuration(self):
        place, response = await self.wire.try_configure("test/configured", Layer.ENDPOINT, {"bad": [1]})

        (finding,) = response.diagnostics
        self.assertEqual((finding.place_id, finding.path, finding.message), (place, "bad[0]", "this is bad; good was expected"))
        self.assertTrue(finding.refuses_start)
        self.assertEqual(finding.severity, plugin_service_pb2.SEVERITY_ERROR)

    async def test_a_factory_that_fails_is_a_finding_without_detail(self):
        for config in ({"crash": 1}, {"thing": 1}):
            with self.subTest(config):
                _, response = await self.wire.try_configure("test/configured", Layer.ENDPOINT, config)

                self.assertEqual(response.diagnostics[0].severity, plugin_service_pb2.SEVERITY_ERROR)
                self.assertNotIn("hunter2", response.diagnostics[0].message)
        _, response = await self.wire.try_configure("test/none", Layer.ENDPOINT)
        self.assertEqual(response.diagnostics[0].message, "test.subject has no component 'test/none' at this layer")

    async def test_a_place_says_what_it_needs(self):
        _, unused = await self.wire.try_configure("test/configured", Layer.ENDPOINT, None)
        _, used = await self.wire.try_configure("test/configured", Layer.ENDPOINT, {"name": "x"})

        self.assertTrue(unused.places[0].is_unused)
        self.assertEqual(used.places[0].needs, call_pb2.Needs(request_head=True, headers=["X-A"]))
        self.assertEqual(used.places[0].propagated_headers, ["X-A"])
        self.assertEqual((used.diagnostics[0].severity, used.diagnostics[0].path), (plugin_service_pb2.SEVERITY_WARNING, "old"))

    async def test_the_places_of_a_generation_are_closed_when_it_is_over(self):
        self.process.output.clear()
        place = await self.wire.configure("test/configured", Layer.ENDPOINT, {"name": "x"}, generation=70)
        other = await self.wire.configure("test/mark", Layer.ENDPOINT, generation=71, needs=HEADS)

        await self.wire.ask("Retire", plugin_service_pb2.RetireRequest(generation=70))

        await self.process.until(lambda: "INFO closed" in self.process.output)
        self.assertIn("is not configured", (await self.wire.call(place)).failure.message)
        self.assertEqual((await self.wire.call(other)).response.status, 200)


def frame(call_id, **kind):
    return call_pb2.GatewayFrame(call_id=call_id, **kind)
