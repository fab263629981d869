"""The messages of krakenplugins/plugin/v1/plugin_service.proto. Written by generate.py: do not edit."""
from typing import TYPE_CHECKING as _TYPE_CHECKING, Any as _Any

from google.protobuf import descriptor_pool as _descriptor_pool
from google.protobuf.internal import builder as _builder
from . import call_pb2 as _call_pb2

DESCRIPTOR = _descriptor_pool.Default().AddSerializedFile(
    b'\n,krakenplugins/plugin/v1/plugin_service.proto\x12\x17'
    b'krakenplugins.plugin.v1\x1a"krakenplugins/plugin/v1'
    b'/call.proto"\x93\x01\n\x0fDescribeRequest\x12\x14\n\x0cmin_protocol\x18'
    b'\x01 \x01(\r\x12\x14\n\x0cmax_protocol\x18\x02 \x01(\r\x12\x17\n\x0fgateway_version\x18\x03'
    b' \x01(\t\x125\n\x06limits\x18\x04 \x01(\x0b2%.krakenplugins.plugin.v1.S'
    b'treamLimitsJ\x04\x08\x05\x10\x10"\xb6\x01\n\x10DescribeResponse\x12\x10\n\x08protoc'
    b'ol\x18\x01 \x01(\r\x12\n\n\x02id\x18\x02 \x01(\t\x12\x0f\n\x07version\x18\x03 \x01(\t\x126\n\ncompone'
    b'nts\x18\x04 \x03(\x0b2".krakenplugins.plugin.v1.Component\x125\n'
    b'\x06limits\x18\x05 \x01(\x0b2%.krakenplugins.plugin.v1.StreamLi'
    b'mitsJ\x04\x08\x06\x10\x10"\xa2\x01\n\x0cStreamLimits\x12\x19\n\x11max_message_bytes'
    b'\x18\x01 \x01(\r\x12\x17\n\x0fmax_chunk_bytes\x18\x02 \x01(\r\x12\x1c\n\x14initial_credi'
    b't_bytes\x18\x03 \x01(\r\x12\x1c\n\x14max_concurrent_calls\x18\x04 \x01(\r\x12\x1c\n\x14m'
    b'ax_whole_body_bytes\x18\x05 \x01(\rJ\x04\x08\x06\x10\x10"\xdb\x01\n\tComponent\x12\x0c\n'
    b'\x04name\x18\x01 \x01(\t\x12-\n\x05layer\x18\x02 \x01(\x0e2\x1e.krakenplugins.plugi'
    b'n.v1.Layer\x12-\n\x05stage\x18\x03 \x01(\x0b2\x1e.krakenplugins.plugin'
    b'.v1.Stage\x12-\n\x05needs\x18\x04 \x01(\x0b2\x1e.krakenplugins.plugin.'
    b'v1.Needs\x12-\n\x05reach\x18\x05 \x01(\x0e2\x1e.krakenplugins.plugin.v'
    b'1.ReachJ\x04\x08\x06\x10\x10"7\n\x05Stage\x12\r\n\x05order\x18\x01 \x01(\x05\x12\x0c\n\x04name\x18\x02 '
    b'\x01(\t\x12\x11\n\texclusive\x18\x03 \x01(\t"\\\n\x10ConfigureRequest\x12\x12\n\nge'
    b'neration\x18\x01 \x01(\x04\x12.\n\x06places\x18\x02 \x03(\x0b2\x1e.krakenplugins.p'
    b'lugin.v1.PlaceJ\x04\x08\x03\x10\x10"\xb4\x02\n\x05Place\x12\x10\n\x08place_id\x18\x01 \x01(\r'
    b'\x12-\n\x05layer\x18\x02 \x01(\x0e2\x1e.krakenplugins.plugin.v1.Layer\x12'
    b'\x0c\n\x04name\x18\x03 \x01(\t\x12\x13\n\x0bconfig_json\x18\x04 \x01(\x0c\x12\x1b\n\x13service_co'
    b'nfig_json\x18\x05 \x01(\x0c\x12\x10\n\x08position\x18\x06 \x01(\t\x12\x0c\n\x04path\x18\x07 \x01(\t\x12'
    b'\x12\n\nlog_prefix\x18\x08 \x01(\t\x128\n\x08endpoint\x18\t \x01(\x0b2&.krakenpl'
    b'ugins.plugin.v1.EndpointPlace\x126\n\x07backend\x18\n \x01(\x0b2%'
    b'.krakenplugins.plugin.v1.BackendPlaceJ\x04\x08\x0b\x10\x10"j\n\rE'
    b'ndpointPlace\x12\x0e\n\x06method\x18\x01 \x01(\t\x12\x0c\n\x04path\x18\x02 \x01(\t\x12\x12\n\nti'
    b'meout_ms\x18\x03 \x01(\r\x12\x10\n\x08is_no_op\x18\x04 \x01(\x08\x12\x15\n\rbackend_coun'
    b't\x18\x05 \x01(\r"T\n\x0cBackendPlace\x12\r\n\x05index\x18\x01 \x01(\r\x12\x13\n\x0burl_pa'
    b'ttern\x18\x02 \x01(\t\x12\x0e\n\x06method\x18\x03 \x01(\t\x12\x10\n\x08encoding\x18\x04 \x01(\t"\x8d\x01'
    b'\n\x11ConfigureResponse\x128\n\x06places\x18\x01 \x03(\x0b2(.krakenplug'
    b'ins.plugin.v1.ConfiguredPlace\x128\n\x0bdiagnostics\x18\x02 \x03'
    b'(\x0b2#.krakenplugins.plugin.v1.DiagnosticJ\x04\x08\x03\x10\x10"\x87\x01'
    b'\n\x0fConfiguredPlace\x12\x10\n\x08place_id\x18\x01 \x01(\r\x12\x11\n\tis_unused'
    b'\x18\x02 \x01(\x08\x12-\n\x05needs\x18\x03 \x01(\x0b2\x1e.krakenplugins.plugin.v1.'
    b'Needs\x12\x1a\n\x12propagated_headers\x18\x04 \x03(\tJ\x04\x08\x05\x10\x10"\x8f\x01\n\nDiag'
    b'nostic\x12\x10\n\x08place_id\x18\x01 \x01(\r\x123\n\x08severity\x18\x02 \x01(\x0e2!.kra'
    b'kenplugins.plugin.v1.Severity\x12\x0c\n\x04path\x18\x03 \x01(\t\x12\x0f\n\x07m'
    b'essage\x18\x04 \x01(\t\x12\x15\n\rrefuses_start\x18\x05 \x01(\x08J\x04\x08\x06\x10\x10"#\n\rRet'
    b'ireRequest\x12\x12\n\ngeneration\x18\x01 \x01(\x04"\x10\n\x0eRetireResponse'
    b'"\x0f\n\rHealthRequest"^\n\x0eHealthResponse\x125\n\x06status\x18\x01 '
    b'\x01(\x0e2%.krakenplugins.plugin.v1.HealthStatus\x12\x0f\n\x07me'
    b'ssage\x18\x02 \x01(\tJ\x04\x08\x03\x10\x10"#\n\x0fShutdownRequest\x12\x10\n\x08grace_ms'
    b'\x18\x01 \x01(\r"\x12\n\x10ShutdownResponse*\x8b\x02\n\x05Layer\x12\x15\n\x11LAYER_UN'
    b'SPECIFIED\x10\x00\x12\x10\n\x0cLAYER_SERVER\x10\x01\x12\x12\n\x0eLAYER_ENDPOINT\x10'
    b'\x02\x12\x0f\n\x0bLAYER_PROXY\x10\x03\x12\x11\n\rLAYER_BACKEND\x10\x04\x12\x10\n\x0cLAYER_C'
    b'LIENT\x10\x05\x12\x12\n\x0eLAYER_EXECUTOR\x10\x06\x12\x15\n\x11LAYER_HTTP_SERVER'
    b'\x10\x07\x12\x15\n\x11LAYER_HTTP_CLIENT\x10\x08\x12\x1a\n\x16LAYER_REQUEST_MODIF'
    b'IER\x10\t\x12\x1b\n\x17LAYER_RESPONSE_MODIFIER\x10\n\x12\x14\n\x10LAYER_MIDD'
    b'LEWARE\x10\x0b*F\n\x05Reach\x12\x15\n\x11REACH_UNSPECIFIED\x10\x00\x12\x11\n\rREAC'
    b'H_SERVICE\x10\x01\x12\x13\n\x0fREACH_ENDPOINTS\x10\x02*a\n\x08Severity\x12\x18\n\x14'
    b'SEVERITY_UNSPECIFIED\x10\x00\x12\x11\n\rSEVERITY_INFO\x10\x01\x12\x14\n\x10SEV'
    b'ERITY_WARNING\x10\x02\x12\x12\n\x0eSEVERITY_ERROR\x10\x03*\x83\x01\n\x0cHealthSt'
    b'atus\x12\x1d\n\x19HEALTH_STATUS_UNSPECIFIED\x10\x00\x12\x19\n\x15HEALTH_ST'
    b'ATUS_SERVING\x10\x01\x12\x1a\n\x16HEALTH_STATUS_DEGRADED\x10\x02\x12\x1d\n\x19HE'
    b'ALTH_STATUS_NOT_SERVING\x10\x032\xca\x04\n\rPluginService\x12_\n\x08D'
    b'escribe\x12(.krakenplugins.plugin.v1.DescribeReques'
    b't\x1a).krakenplugins.plugin.v1.DescribeResponse\x12b\n\t'
    b'Configure\x12).krakenplugins.plugin.v1.ConfigureReq'
    b'uest\x1a*.krakenplugins.plugin.v1.ConfigureResponse'
    b'\x12Y\n\x06Retire\x12&.krakenplugins.plugin.v1.RetireReque'
    b"st\x1a'.krakenplugins.plugin.v1.RetireResponse\x12Y\n\x06H"
    b"ealth\x12&.krakenplugins.plugin.v1.HealthRequest\x1a'."
    b'krakenplugins.plugin.v1.HealthResponse\x12]\n\x06Handle'
    b"\x12&.krakenplugins.plugin.v1.HandleRequest\x1a'.krake"
    b'nplugins.plugin.v1.HandleResponse(\x010\x01\x12_\n\x08Shutdow'
    b'n\x12(.krakenplugins.plugin.v1.ShutdownRequest\x1a).kr'
    b'akenplugins.plugin.v1.ShutdownResponseB<Z kraken'
    b'plugins/plugin/v1;pluginv1\xaa\x02\x17KrakenPlugins.Plugi'
    b'n.V1b\x06proto3'
)
_builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())
_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, __name__, globals())

if _TYPE_CHECKING:

    def __getattr__(name: str) -> _Any: ...
