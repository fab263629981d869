"""The test service as grpcio sees it: descriptors out of the .proto, messages out of the descriptors."""
import os
import tempfile

import grpc
import grpc_tools.protoc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FOLDER = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"


def _load():
    with tempfile.NamedTemporaryFile() as out:
        if grpc_tools.protoc.main(["protoc", "-I" + FOLDER, "--descriptor_set_out=" + out.name, "interop.proto"]) != 0:
            raise RuntimeError("interop.proto does not compile")
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


POOL = _load()
_FACTORY = message_factory.MessageFactory(POOL)


def message(name):
    return _FACTORY.GetPrototype(POOL.FindMessageTypeByName("grpc.testing." + name))


# name: (request, response, client streams, server streams)
METHODS = {
    "EmptyCall": ("Empty", "Empty", False, False),
    "UnaryCall": ("SimpleRequest", "SimpleResponse", False, False),
    "StreamingOutputCall": ("StreamingOutputCallRequest", "StreamingOutputCallResponse", False, True),
    "StreamingInputCall": ("StreamingInputCallRequest", "StreamingInputCallResponse", True, False),
    "FullDuplexCall": ("StreamingOutputCallRequest", "StreamingOutputCallResponse", True, True),
    "UnimplementedCall": ("Empty", "Empty", False, False),
}


def kind(streams_in, streams_out):
    return "%s_%s" % ("stream" if streams_in else "unary", "stream" if streams_out else "unary")


def payload(size):
    return message("Payload")(body=bytes(size))
