"""Serves the test service: `server.py ADDRESS [gzip|FOLDER]`, where ADDRESS is host:0 or unix:/path and FOLDER has key.pem and cert.pem.

Says where it listens and which calls were cancelled."""
import os
import sys
import threading
import time
from concurrent import futures

import grpc
import service


def echo(context):
    for name, value in context.invocation_metadata():
        if name == service.INITIAL:
            context.send_initial_metadata(((name, value),))
        elif name == service.TRAILING:
            context.set_trailing_metadata(((name, value),))


def watch(context):
    finished = threading.Event()

    def over():
        if not finished.is_set():
            print("cancelled", flush=True)

    context.add_callback(over)
    return finished


def fail(context, status):
    # An int that is a known code; grpcio wants its own enumeration.
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    context.set_code(code)
    context.set_details(status.message)


def send(request, context):
    for part in request.response_parameters:
        time.sleep(part.interval_us / 1e6)
        yield service.message("StreamingOutputCallResponse")(payload=service.payload(part.size))


def empty(request, context):
    return service.message("Empty")()


def unary(request, context):
    echo(context)
    if request.response_status.code:
        fail(context, request.response_status)
        return service.message("SimpleResponse")()
    return service.message("SimpleResponse")(payload=service.payload(request.response_size))


def output(request, context):
    echo(context)
    yield from send(request, context)


def collect(requests, context):
    finished = watch(context)
    total = sum(len(request.payload.body) for request in requests)
    finished.set()
    return service.message("StreamingInputCallResponse")(aggregated_payload_size=total)


def duplex(requests, context):
    finished = watch(context)
    echo(context)
    for request in requests:
        if request.response_status.code:
            fail(context, request.response_status)
            break
        yield from send(request, context)
    finished.set()


HANDLERS = {"EmptyCall": empty, "UnaryCall": unary, "StreamingOutputCall": output, "StreamingInputCall": collect, "FullDuplexCall": duplex}


def credentials(folder):
    files = []
    for name in ("key.pem", "cert.pem"):
        with open(os.path.join(folder, name), "rb") as file:
            files.append(file.read())
    return grpc.ssl_server_credentials([tuple(files)])


def main():
    handlers = {}
    for name, handler in HANDLERS.items():
        request, response, streams_in, streams_out = service.METHODS[name]
        make = getattr(grpc, service.kind(streams_in, streams_out) + "_rpc_method_handler")
        handlers[name] = make(handler, request_deserializer=service.message(request).FromString, response_serializer=lambda message: message.SerializeToString())
    compression = grpc.Compression.Gzip if sys.argv[2:] == ["gzip"] else None
    server = grpc.server(futures.ThreadPoolExecutor(8), compression=compression)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.testing.TestService", handlers),))
    folder = sys.argv[2] if sys.argv[2:] not in ([], ["gzip"]) else None
    port = server.add_secure_port(sys.argv[1], credentials(folder)) if folder else server.add_insecure_port(sys.argv[1])
    server.start()
    print("listening %d" % port, flush=True)
    server.wait_for_termination()


main()
