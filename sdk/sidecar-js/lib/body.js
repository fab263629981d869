import { Failure, Refusal } from './errors.js';

/** Bytes that a body may send before it is read further; what is not read yet is never more. */
export const window = 256 << 10;

/** What stands in a thrown error for a body that cannot be used: the client's fault or the far end's. */
export const faults = {
  request: (status, text) => new Refusal(status, `the body of the request ${text}`),
  response: (status, text) => new Failure('payload', `the body of the response ${text}`),
};

/** A body that came from the gateway. */
class Body {
  #fault;

  constructor(length, fault) {
    /** Bytes in all, or null where that is not known. */
    this.length = length;
    this.#fault = fault;
  }

  /** The whole as text. */
  async text() {
    return (await this.bytes()).toString('utf8');
  }

  /** The whole as a value. */
  async json() {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch {
      // The parser's message quotes the body, which belongs into no log.
      throw this._fault(400, 'is no JSON');
    }
  }

  _fault(status, text) {
    return this.#fault(status, text);
  }
}

/** A body that came in one piece; the gateway keeps its copy. */
export class WholeBody extends Body {
  #bytes;

  constructor(bytes, fault) {
    super(bytes.length, fault);
    this.#bytes = bytes;
  }

  async bytes() {
    return this.#bytes;
  }

  async *[Symbol.asyncIterator]() {
    if (this.#bytes.length > 0) yield this.#bytes;
  }

  /** What must be sent in its place when nobody replaced it: nothing. */
  _taken() {
    return null;
  }

  get _whole() {
    return this.#bytes;
  }
}

/** A body that comes in chunks, as far as they are read. Reading takes it over. */
export class StreamedBody extends Body {
  #grant;
  #limit;
  #chunks = [];
  #credit = 0;
  #isTaken = false;
  #isDropped = false;
  #isComplete = false;
  #error = null;
  #wake = null;
  #collecting = null;
  #collected = null;

  /**
   * @param {(bytes: number) => void} grant Allows the gateway so many bytes more.
   * @param {number} limit Bytes that are collected at most.
   */
  constructor(length, fault, grant, limit) {
    super(length || null, fault);
    this.#grant = grant;
    this.#limit = limit;
  }

  /** The whole. What was collected goes on as it is, unless something else is set. */
  bytes() {
    return (this.#collecting ??= this.#collect());
  }

  async *[Symbol.asyncIterator]() {
    if (this.#collected) {
      if (this.#collected.length > 0) yield this.#collected;
      return;
    }
    yield* this.#read();
  }

  async #collect() {
    const chunks = [];
    let size = 0;
    for await (const chunk of this.#read()) {
      size += chunk.length;
      if (size > this.#limit) throw this._fault(413, `is longer than ${this.#limit} bytes`);
      chunks.push(chunk);
    }
    return (this.#collected = Buffer.concat(chunks, size));
  }

  async *#read() {
    if (this.#isTaken) throw new Error('a streamed body can be read once');
    this.#isTaken = true;
    let consumed = 0;
    this.#allow(window);
    try {
      for (;;) {
        while (this.#chunks.length === 0) {
          if (this.#error) throw this.#error;
          if (this.#isComplete) return;
          await new Promise(resolve => (this.#wake = resolve));
        }
        const chunk = this.#chunks.shift();
        yield chunk;
        consumed += chunk.length;
        if (consumed < window / 2 || this.#isComplete) continue;
        this.#allow(consumed);
        consumed = 0;
      }
    } finally {
      this.#isDropped = true;
      this.#chunks = [];
    }
  }

  #allow(bytes) {
    if (this.#isComplete || this.#error) return;
    this.#credit += bytes;
    this.#grant(bytes);
  }

  _receive({ data, isLast, isBroken }) {
    if (this.#isComplete || this.#error) return;
    this.#credit -= data.length;
    if (this.#credit < 0) return this._break(new Error('the gateway sent more of a body than it was allowed'));
    // A part of a large message would keep all of it in memory.
    if (data.length > 0 && !this.#isDropped) this.#chunks.push(data.length * 4 < data.buffer.byteLength ? Buffer.from(data) : data);
    if (isBroken) return this._break(new Failure('connection', 'a body broke off'));
    this.#isComplete = isLast;
    this.#awake();
  }

  _break(error) {
    if (this.#isComplete) return;
    this.#error ??= error;
    this.#awake();
  }

  #awake() {
    this.#wake?.();
    this.#wake = null;
  }

  /** What must be sent in its place when nobody replaced it: what was read of it, because the gateway has it no more. */
  _taken() {
    if (!this.#isTaken) return null;
    if (this.#collected) return this.#collected;
    throw new Error('a streamed body was read and not replaced; set what goes on in its place (null for none)');
  }
}

/** What a plugin set as a body, as it is seen from then on. */
export function givenBody(value, fault) {
  if (value === null || value === undefined) return null;
  const source = bodySource(value);
  return Buffer.isBuffer(source) ? new WholeBody(source, fault) : source;
}

/** What a plugin set as a body: bytes, or something that gives bytes or texts. */
export function bodySource(value) {
  if (value === null || value === undefined) return Buffer.alloc(0);
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (value instanceof WholeBody) return value._whole;
  if (typeof value[Symbol.asyncIterator] === 'function' || typeof value[Symbol.iterator] === 'function') return value;
  throw new TypeError(`a ${value.constructor?.name ?? typeof value} is no body; texts, bytes, and iterables of them are`);
}
