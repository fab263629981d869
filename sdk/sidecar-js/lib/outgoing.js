import { Cancelled } from './errors.js';

const bytesOf = chunk => {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError(`a body gave a ${typeof chunk}; texts and bytes are its parts`);
};

/** A body on its way to the gateway, in chunks, as far as the gateway allows. */
export class OutgoingBody {
  #source;
  #credit;
  #chunkSize;
  #send;
  #isStopped = false;
  #wake = null;

  /**
   * @param {AsyncIterable | Iterable} source
   * @param {{ credit: number, chunkSize: number, send: (chunk: object) => void, writable: () => Promise<void> | null }} way
   */
  constructor(source, { credit, chunkSize, send, writable }) {
    this.#source = source;
    this.#credit = credit;
    this.#chunkSize = chunkSize;
    this.#send = send;
    this.writable = writable;
  }

  /** Sends all of it. Never fails: a source that does breaks the body off, and its error is given back. */
  async pump() {
    try {
      for await (const part of this.#source) {
        const bytes = bytesOf(part);
        for (let at = 0; at < bytes.length; ) at += await this.#sendSome(bytes, at);
        if (this.#isStopped) return null;
      }
      if (!this.#isStopped) this.#send({ data: Buffer.alloc(0), isLast: true });
      return null;
    } catch (error) {
      if (this.#isStopped || error instanceof Cancelled) return null;
      this.#send({ data: Buffer.alloc(0), isBroken: true });
      return error;
    }
  }

  async #sendSome(bytes, at) {
    while (!this.#isStopped && this.#credit <= 0) await new Promise(resolve => (this.#wake = resolve));
    await this.writable();
    if (this.#isStopped) return bytes.length;
    const size = Math.min(bytes.length - at, this.#credit, this.#chunkSize);
    this.#credit -= size;
    this.#send({ data: bytes.subarray(at, at + size) });
    return size;
  }

  grant(bytes) {
    this.#credit += bytes;
    this.#awake();
  }

  stop() {
    this.#isStopped = true;
    this.#awake();
  }

  #awake() {
    this.#wake?.();
    this.#wake = null;
  }
}
