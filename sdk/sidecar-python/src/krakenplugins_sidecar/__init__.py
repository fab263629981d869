"""Plugins of the gateway as processes of their own: see README.md."""

from .body import Body
from .errors import BodyBroken, BodyTooLong, CallCancelled, ConfigError, Failure, FailureKind, NotSent, Refusal
from .headers import Headers, Values
from .needs import Layer, Needs, Reach, Stage
from .plugin import BackendPlace, EndpointPlace, Place, Plugin
from .process import serve
from .request import Request
from .response import Response

__all__ = [
    "BackendPlace",
    "Body",
    "BodyBroken",
    "BodyTooLong",
    "CallCancelled",
    "ConfigError",
    "EndpointPlace",
    "Failure",
    "FailureKind",
    "Headers",
    "Layer",
    "Needs",
    "NotSent",
    "Place",
    "Plugin",
    "Reach",
    "Refusal",
    "Request",
    "Response",
    "Stage",
    "Values",
    "serve",
]
