"""Headers, bodies, requests, answers and needs by themselves."""

import json
import logging
import unittest

from krakenplugins_sidecar import Body, ConfigError, Failure, Headers, Layer, Needs, NotSent, Plugin, Refusal, Request, Response, Values
from krakenplugins_sidecar._proto import call_pb2
from krakenplugins_sidecar.logs import LevelFormatter
from krakenplugins_sidecar.process import Greeting

EVERYTHING = Needs(request_head=True, request_body="buffered", response_head=True, response_body="buffered", claims=True)


def received(data: bytes, needs: Needs = EVERYTHING, **more):
    message = call_pb2.Response(is_data=True, is_complete=True, **more)
    return Response.received(message, 3, needs, Body(data))


class HeadersTest(unittest.TestCase):
    def test_names_are_found_in_any_case_and_keep_their_order(self):
        headers = Headers([("Set-Cookie", "a"), ("X", "1"), ("set-cookie", "b")])

        self.assertEqual(headers.get_all("SET-COOKIE"), ["a", "b"])
        self.assertEqual(headers["x"], "1")
        self.assertEqual(list(headers), ["Set-Cookie", "X", "set-cookie"])
        self.assertIsNone(headers.get("y"))

    def test_only_what_was_done_is_sent_and_only_the_last_of_it(self):
        headers = Headers([("A", "1"), ("B", "2")])
        headers.set("A", "x")
        headers.add("a", "y")
        headers.set("a", "z")
        headers.add("C", "3")
        headers.remove("B")

        done = [(c.name, call_pb2.HeaderOperation.Name(c.operation).rpartition("_")[2], c.value) for c in headers.changes()]

        self.assertEqual(done, [("a", "SET", "z"), ("C", "ADD", "3"), ("B", "REMOVE", "")])
        copy = Headers([("A", "1"), ("B", "2")])
        copy.apply(headers.changes())
        self.assertEqual(copy.items(), headers.items())

    def test_what_cannot_be_a_header_is_refused_where_it_is_set(self):
        for name, value in (("", "x"), ("A B", "x"), ("A:", "x"), ("Ä", "x"), ("A", "x\r\nB: y"), ("A", "x\0")):
            with self.subTest(name=name, value=value), self.assertRaises(ValueError):
                Headers().set(name, value)

    def test_what_was_not_asked_for_can_be_set_and_not_read(self):
        headers = Headers([("A", "1")], wanted=("a",))
        headers.set("B", "2")

        self.assertEqual((headers["A"], headers["b"]), ("1", "2"))
        with self.assertRaises(NotSent):
            headers.get("Cookie")

    def test_values_differ_by_case_and_show_no_value_when_printed(self):
        values = Values({"q": "secret"})
        values.add("Q", "2")

        self.assertEqual(values.items(), [("q", "secret"), ("Q", "2")])
        self.assertNotIn("secret", repr(values))
        self.assertTrue(values.is_changed)


class RequestTest(unittest.TestCase):
    def test_only_what_was_changed_is_sent(self):
        request = Request("POST", "/a?b=1", headers={"A": "1"}, query={"b": "1"}, body="x", claims={"sub": "me"})
        self.assertEqual(request.to_change(), (call_pb2.RequestChange(), None))

        request.target = "/c"
        request.query.remove("b")
        request.claims = {"sub": "you"}
        request.body = "y"
        change, body = request.to_change()

        self.assertEqual((change.method, change.target, change.HasField("query"), list(change.query.parameters)), ("", "/c", True, []))
        self.assertEqual((json.loads(change.claims_json), body.whole), ({"sub": "you"}, b"y"))

    def test_what_was_not_sent_raises_and_names_the_need(self):
        request = Request.received(call_pb2.CallStart(), Needs(), None)
        for read in (lambda: request.method, lambda: request.headers.get("A"), lambda: request.query.items(), lambda: request.client_address):
            with self.assertRaisesRegex(NotSent, "request_head"):
                read()
        with self.assertRaisesRegex(NotSent, "request_body"):
            _ = request.body
        with self.assertRaisesRegex(NotSent, "claims"):
            _ = request.claims
        request.method = "PUT"
        self.assertEqual(request.to_change()[0].method, "PUT")

    def test_scheme_and_authority_go_together(self):
        request = Request(scheme="https", authority="a.example")
        request.authority = "b.example"

        self.assertEqual(request.to_change()[0], call_pb2.RequestChange(scheme="https", authority="b.example"))

    def test_time_left_does_not_go_below_zero(self):
        self.assertIsNone(Request().time_left)
        self.assertEqual(Request(timeout=-1).time_left, 0)
        self.assertTrue(0 < Request.received(call_pb2.CallStart(timeout_ms=60_000), Needs(), None).time_left <= 60)


class ResponseTest(unittest.TestCase):
    def test_data_that_is_only_read_keeps_its_very_digits(self):
        response = received(b'{"n": 12345678901234567890.123456789, "a": [1.0e5]}')

        self.assertEqual(response.data["a"], [100000])

        self.assertIsNone(response.to_change()[1])

    def test_data_that_is_changed_in_place_is_sent(self):
        response = received('{"a": 1, "ä": "ü"}'.encode())

        response.data["a"] = True
        change, body = response.to_change()

        self.assertEqual((change.attempt, change.is_data, body.whole), (3, True, '{"a":true,"ä":"ü"}'.encode()))

    def test_half_a_surrogate_pair_does_not_break_data(self):
        response = received(rb'{"a": "\ud800"}')
        response.data["b"] = 1

        self.assertEqual(response.to_change()[1].whole, rb'{"a":"\ud800","b":1}')

    def test_data_that_json_has_no_word_for_is_an_error(self):
        response = Response(data={"a": float("nan")})

        with self.assertRaises(ValueError):
            response.to_message(is_http=False)

    def test_data_becomes_json_where_answers_are_http(self):
        message, body = Response(data={"a": 1}).to_message(is_http=True)

        self.assertEqual((message.status, message.is_data, body.whole), (200, False, b'{"a":1}'))
        self.assertEqual(message.headers[0].value, "application/json; charset=utf-8")

    def test_what_is_set_is_sent(self):
        response = received(b"{}", failure=call_pb2.CallFailure(kind=99, message="odd"))
        self.assertEqual(response.failure, Failure(kind=0, message="odd"))
        self.assertEqual(response.to_change(), (call_pb2.ResponseChange(attempt=3), None))

        response.status = 299
        response.is_complete = False
        response.failure = None
        response.body = b"raw"
        change, body = response.to_change()

        self.assertEqual(change, call_pb2.ResponseChange(attempt=3, status=299, is_complete=False, clears_failure=True, is_data=False))
        self.assertEqual(body.whole, b"raw")

    def test_what_was_not_sent_raises(self):
        response = received(b"{}", Needs())
        for name in ("status", "body", "data", "is_complete", "failure"):
            with self.subTest(name), self.assertRaises(NotSent):
                getattr(response, name)
        with self.assertRaises(NotSent):
            _ = response.headers["A"]
        # It may be a failure, which has no head; only a modifier's is always an answer.
        with self.assertRaises(NotSent):
            response.headers.set("A", "1")
        with self.assertRaises(NotSent):
            response.status = 204
        Response.received(call_pb2.Response(), 0, Needs(), Body()).headers.set("A", "1")

    def test_a_response_has_a_body_or_data(self):
        with self.assertRaises(ValueError):
            Response(body="x", data={})


class BodyTest(unittest.IsolatedAsyncioTestCase):
    async def test_a_body_is_bytes_text_nothing_or_an_iterable_of_bytes(self):
        async def chunks():
            yield b"a"
            yield b"b"

        contents = ((b"x", b"x"), ("ä", "ä".encode()), (None, b""), (bytearray(b"y"), b"y"), ([b"a", b"b"], b"ab"), (chunks(), b"ab"))
        for content, whole in contents:
            self.assertEqual(await Body(content).read(), whole)
        with self.assertRaises(TypeError):
            Body(7)

    async def test_a_body_in_chunks_can_be_read_once(self):
        body = Body(iter([b"a"]))

        self.assertEqual([chunk async for chunk in body], [b"a"])
        with self.assertRaises(RuntimeError):
            await body.read()

    async def test_a_whole_body_can_be_read_as_often_as_wanted(self):
        body = Body([b"a", b"b"])

        self.assertEqual((await body.read(), await body.read(), bytes(body), list(body)), (b"ab", b"ab", b"ab", [b"ab"]))


class DeclarationsTest(unittest.TestCase):
    def test_a_component_is_registered_once(self):
        plugin = Plugin("a.b", "1.0.0")
        plugin.proxy("a/b", lambda config, place: None)
        plugin.backend("a/b", lambda config, place: None)

        with self.assertRaisesRegex(ValueError, "'a/b' is registered twice at the layer proxy"):
            plugin.proxy("a/b", lambda config, place: None)
        self.assertEqual([c.layer for c in plugin.components], [Layer.PROXY, Layer.BACKEND])

    def test_needs_are_checked_and_compared(self):
        with self.assertRaises(ValueError):
            Needs(request_body="chunked")  # type: ignore[arg-type]
        with self.assertRaises(TypeError):
            Needs(headers="X-A")  # type: ignore[arg-type]
        bound = Needs(request_head=True, request_body="streamed", headers=("X-A", "X-B"))
        self.assertTrue(Needs(headers=("x-a",)).is_within(bound))
        more = (Needs(), Needs(claims=True, headers=("X-A",)), Needs(request_body="buffered", headers=("X-A",)), Needs(headers=("X-C",)))
        for needs in more:
            with self.subTest(needs):
                self.assertFalse(needs.is_within(bound))

    def test_a_refusal_is_a_status_of_an_error(self):
        with self.assertRaises(ValueError):
            Refusal(200)
        self.assertEqual(str(ConfigError("a[0]", "is wrong")), "a[0]: is wrong")

    def test_health_has_three_states(self):
        with self.assertRaises(ValueError):
            Plugin("a", "1").set_health("well")  # type: ignore[arg-type]

    def test_a_greeting_does_not_show_its_secret(self):
        self.assertNotIn("hush", repr(Greeting("/tmp/x", "hush")))

    def test_levels_of_logging_become_those_of_the_gateway(self):
        shown = [LevelFormatter().format(logging.makeLogRecord({"levelno": n, "msg": "a\n\nb"})) for n in (5, 10, 20, 25, 30, 40, 50)]

        self.assertEqual([line.split()[0] for line in shown], ["DEBUG", "DEBUG", "INFO", "INFO", "WARNING", "ERROR", "CRITICAL"])
        self.assertEqual(shown[2], "INFO a\nINFO b")
