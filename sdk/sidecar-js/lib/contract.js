// The messages of proto/krakenplugins/plugin/v1 as grpc-js takes them.
import { fileURLToPath } from 'node:url';
import loader from '@grpc/proto-loader';

const folder = fileURLToPath(new URL('../proto', import.meta.url));
const definitions = loader.loadSync('krakenplugins/plugin/v1/plugin_service.proto', {
  includeDirs: [folder],
  longs: Number,
  defaults: true,
  oneofs: true,
});
const message = name => definitions[`krakenplugins.plugin.v1.${name}`];
const values = name => Object.fromEntries(message(name).type.value.map(({ name: value, number }) => [value, number]));

/** Names and numbers of the contract's enumerations. */
export const Layer = values('Layer');
export const BodyNeed = values('BodyNeed');
export const Reach = values('Reach');
export const Severity = values('Severity');
export const HealthStatus = values('HealthStatus');
export const HeaderOperation = values('HeaderOperation');
export const CancelReason = values('CancelReason');
export const FailureKind = values('FailureKind');

/** The protocol version that this library speaks. */
export const protocolVersion = 1;

/** What a message type reads and writes. */
export const codec = name => ({ encode: message(name).serialize, decode: message(name).deserialize });

/** The service; the answers of Handle are bytes already, see {@link joinFrames}. */
export const service = (() => {
  const { Handle, ...unary } = message('PluginService');
  return { ...unary, Handle: { ...Handle, responseSerialize: bytes => bytes } };
})();

/** The service as its client sees it. */
export const clientService = message('PluginService');

// Field 1, length-delimited: what stands in front of each frame in a HandleResponse.
const frameTag = 0x0a;

/**
 * A HandleResponse of frames that are bytes already: each of them is encoded once, and the size of a message is known before it is made.
 * @param {Buffer[]} frames
 */
export function joinFrames(frames) {
  const size = frames.reduce((sum, frame) => sum + sizeInMessage(frame), 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const frame of frames) {
  bytes[at++] = frameTag;
  let rest = frame.length;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  at += frame.copy(bytes, at);
  }
  return bytes;
}

/** Bytes that a frame takes in a message. */
export function sizeInMessage(frame) {
  let size = frame.length + 2;
  for (let rest = frame.length >>> 7; rest > 0; rest >>>= 7) size++;
  return size;
}
