import { FailureKind } from './contract.js';
import { headerPairs, Headers } from './fields.js';

const prefix = 'FAILURE_KIND_';
const words = text => text.toLowerCase().replaceAll('_', '-');
const kindNames = Object.entries(FailureKind).map(([name, number]) => [words(name.slice(prefix.length)), number]);
const kindNumbers = new Map(kindNames.filter(([, number]) => number !== 0));
const kindsByNumber = new Map([...kindNumbers].map(([name, number]) => [number, name]));

/**
 * How a call failed: thrown by a plugin it ends the call, in `response.failure` it tells how something further in ended.
 */
export class Failure extends Error {
  /**
   * @param {string} kind internal, timeout, connection, status, payload, rejected, overloaded, client-aborted, lost or multiple.
   * @param {string} message For the log and, where the configuration shows messages of errors, for the client; no secrets.
   */
  constructor(kind, message, options = {}) {
    super(message);
    if (!kindNumbers.has(kind)) throw new TypeError(`${JSON.stringify(kind)} is no kind of failure; ${[...kindNumbers.keys()].join(', ')} are`);
    const { status = 0, body = null, contentType = '', headers, isBodyPublic = body !== null, isNeutral = false, isUnsent = false } = options;
    if (status !== 0 && (!Number.isInteger(status) || status < 200 || status > 599)) throw new RangeError(`${status} is no status of an answer; 200 to 599 are`);
    this.name = new.target.name;
    this.kind = kind;
    this.status = status;
    this.body = body === null ? null : Buffer.from(body);
    this.contentType = contentType;
    this.headers = new Headers(headerPairs(headers));
    this.isBodyPublic = isBodyPublic;
    this.isNeutral = isNeutral;
    this.isUnsent = isUnsent;
  }
}

/** Refuses a request, on purpose. */
export class Refusal extends Failure {
  /** @param {number} status HTTP status for the client, 400 to 599. */
  constructor(status, message, options = {}) {
    super('rejected', message, { ...options, status });
    if (!Number.isInteger(status) || status < 400 || status > 599) throw new RangeError(`${status} is no status of a refusal; 400 to 599 are`);
  }
}

/** Thrown by a factory: what is wrong with its configuration. */
export class ConfigError extends Error {
  /**
   * @param {string} path Within the configuration, as "rules[2].expr"; empty for the whole.
   * @param {string} message What is wrong, what was expected, what to do.
   * @param {{ refusesStart?: boolean }} [options] Whether the gateway must not start with it, whatever the layer.
   */
  constructor(path, message, { refusesStart = false } = {}) {
    super(message);
    this.name = 'ConfigError';
    this.path = path;
    this.refusesStart = refusesStart;
  }
}

/** Nobody wants the call any more; the reason of `request.signal`. */
export class Cancelled extends Error {
  /** @param {string} reason client-gone, deadline, lost, shutdown, protocol-error, connection-lost, finished or unspecified. */
  constructor(reason) {
    super(`the call was cancelled: ${reason}`);
    // The name by which the platform's own functions tell that their signal fired.
    this.name = 'AbortError';
    this.reason = reason;
  }
}

/** The message of a failure. */
export const failureMessage = failure => ({
  kind: kindNumbers.get(failure.kind),
  status: failure.status,
  message: failure.message,
  body: failure.body ?? Buffer.alloc(0),
  contentType: failure.contentType,
  headers: [...failure.headers].map(([name, value]) => ({ name, value })),
  isBodyPublic: failure.isBodyPublic,
  isNeutral: failure.isNeutral,
  isUnsent: failure.isUnsent,
});

/** The failure of a message. */
export function failureOf({ kind, headers, body, ...rest }) {
  const failure = new Failure(kindsByNumber.get(kind) ?? 'internal', rest.message, { ...rest, body: body.length > 0 ? body : null });
  failure.headers = new Headers(headers);
  return failure;
}
