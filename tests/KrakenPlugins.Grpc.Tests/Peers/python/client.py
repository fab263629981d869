"""Calls the test service: `client.py ADDRESS CASE...`; prints `ok CASE` or `failed CASE: why` for each."""
import queue
import sys

import grpc
import service

SIZES, SENT = [31415, 9, 2653, 58979], [27182, 8, 1828, 45904]


class Stub:
    def __init__(self, channel, name="grpc.testing.TestService"):
        for method, (request, response, streams_in, streams_out) in service.METHODS.items():
            make = getattr(channel, service.kind(streams_in, streams_out))
            setattr(self, method, make("/%s/%s" % (name, method), request_serializer=lambda message: message.SerializeToString(),
                                       response_deserializer=service.message(response).FromString))


class Feed:
    """Requests of a stream, one by one."""

    def __init__(self):
        self._queue = queue.Queue()

    def __iter__(self):
        return iter(self._queue.get, None)

    def put(self, message):
        self._queue.put(message)

    def close(self):
        self._queue.put(None)


CHANNEL = grpc.insecure_channel(sys.argv[1])
STUB = Stub(CHANNEL)


def simple(**fields):
    return service.message("SimpleRequest")(**fields)


def output(*sizes, size_in=0, interval_us=0, compressed=False):
    request = service.message("StreamingOutputCallRequest")(payload=service.payload(size_in))
    for size in sizes:
        part = request.response_parameters.add(size=size, interval_us=interval_us)
        part.compressed.value = compressed
    return request


def expect(actual, expected):
    if actual != expected:
        raise AssertionError("got %.200r, expected %.200r" % (actual, expected))


def empty_unary():
    expect(STUB.EmptyCall(service.message("Empty")()), service.message("Empty")())


def large_unary():
    expect(STUB.UnaryCall(simple(response_size=314159, payload=service.payload(271828))).payload.body, bytes(314159))


def compressed_unary():
    request = simple(response_size=314159, payload=service.payload(271828))
    request.response_compressed.value = True
    expect(STUB.UnaryCall(request, compression=grpc.Compression.Gzip).payload.body, bytes(314159))


def compressed_streaming():
    feed = Feed()
    call = STUB.FullDuplexCall(iter(feed), compression=grpc.Compression.Gzip)
    for size in SIZES:
        feed.put(output(size, size_in=5000, compressed=True))
        expect(len(next(call).payload.body), size)
    feed.close()
    expect(list(call), [])


def client_streaming():
    requests = (service.message("StreamingInputCallRequest")(payload=service.payload(size)) for size in SENT)
    expect(STUB.StreamingInputCall(requests).aggregated_payload_size, 74922)


def server_streaming():
    expect([len(message.payload.body) for message in STUB.StreamingOutputCall(output(*SIZES))], SIZES)


def ping_pong():
    feed = Feed()
    call = STUB.FullDuplexCall(iter(feed))
    for size, size_in in zip(SIZES, SENT):
        feed.put(output(size, size_in=size_in))
        expect(len(next(call).payload.body), size)
    feed.close()
    expect(list(call), [])


def empty_stream():
    expect(list(STUB.FullDuplexCall(iter([]))), [])


def cancel_after_begin():
    feed = Feed()
    call = STUB.StreamingInputCall.future(iter(feed))
    call.cancel()
    feed.close()
    expect(call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response():
    feed = Feed()
    call = STUB.FullDuplexCall(iter(feed))
    feed.put(output(31415, size_in=27182))
    next(call)
    call.cancel()
    feed.close()
    expect(call.code(), grpc.StatusCode.CANCELLED)


def timeout_on_sleeping_server():
    feed = Feed()
    call = STUB.FullDuplexCall(iter(feed), timeout=0.05)
    feed.put(output(31415, size_in=27182, interval_us=30000000))
    try:
        next(call)
    except grpc.RpcError:
        pass
    feed.close()
    expect(call.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def status_of(request):
    try:
        STUB.UnaryCall(request)
    except grpc.RpcError as error:
        return error.code(), error.details()
    return None


def status_code_and_message():
    status = service.message("EchoStatus")(code=2, message="test status message")
    expect(status_of(simple(response_status=status)), (grpc.StatusCode.UNKNOWN, status.message))
    call = STUB.FullDuplexCall(iter([service.message("StreamingOutputCallRequest")(response_status=status)]))
    try:
        list(call)
    except grpc.RpcError:
        pass
    expect((call.code(), call.details()), (grpc.StatusCode.UNKNOWN, status.message))


def special_status_message():
    status = service.message("EchoStatus")(code=2, message="\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")
    expect(status_of(simple(response_status=status)), (grpc.StatusCode.UNKNOWN, status.message))


def custom_metadata():
    metadata = ((service.INITIAL, "test_initial_metadata_value"), (service.TRAILING, b"\xab\xab\xab"))
    _, call = STUB.UnaryCall.with_call(simple(response_size=314159, payload=service.payload(271828)), metadata=metadata)
    expect(dict(call.initial_metadata()).get(service.INITIAL), "test_initial_metadata_value")
    expect(dict(call.trailing_metadata()).get(service.TRAILING), b"\xab\xab\xab")
    call = STUB.FullDuplexCall(iter([output(314159, size_in=271828)]), metadata=metadata)
    expect(len(list(call)), 1)
    expect(dict(call.initial_metadata()).get(service.INITIAL), "test_initial_metadata_value")
    expect(dict(call.trailing_metadata()).get(service.TRAILING), b"\xab\xab\xab")


def code_of(call):
    try:
        call(service.message("Empty")())
    except grpc.RpcError as error:
        return error.code()
    return None


def unimplemented_method():
    expect(code_of(STUB.UnimplementedCall), grpc.StatusCode.UNIMPLEMENTED)


def unimplemented_service():
    expect(code_of(Stub(CHANNEL, "grpc.testing.UnimplementedService").UnimplementedCall), grpc.StatusCode.UNIMPLEMENTED)


for name in sys.argv[2:]:
    try:
        globals()[name]()
        print("ok " + name, flush=True)
    except Exception as error:
        print("failed %s: %s" % (name, str(error).replace("\n", " ")), flush=True)
CHANNEL.close()
