import { Call } from './call.js';
import { codec, joinFrames, sizeInMessage } from './contract.js';
import { Cancelled, Failure, failureMessage } from './errors.js';

const encodeFrame = codec('PluginFrame').encode;

// Frames beyond it begin another message, and bodies wait until less is queued.
const messageTarget = 1 << 20;

/** One stream of Handle: its calls, and the frames that wait for the end of the turn. */
export class Link {
  #write;
  #frames = [];
  #queued = 0;
  #isBlocked = false;
  #isFlushing = false;
  #isClosed = false;
  #waiting = [];
  #onIdle;

  /** Calls under way by their number. */
  calls = new Map();

  /**
   * @param {object} options
   * @param {import('./places.js').Places} options.places
   * @param {() => object} options.limits What both sides agreed on.
   * @param {(message: Buffer) => boolean} options.write Sends a message; false when no more should follow before {@link drained}.
   * @param {() => void} [options.onIdle] Told when the last call has ended.
   */
  constructor({ places, limits, write, onIdle = () => {} }) {
    this.places = places;
    this.limits = limits();
    this.#write = write;
    this.#onIdle = onIdle;
  }

  /** Takes the frames of a message. */
  receive(frames) {
    for (const { callId, frame, ...content } of frames) {
      if (frame === 'start') this.#begin(callId, content.start);
      else if (frame) this.calls.get(callId)?.receive(frame, content[frame]);
    }
  }

  #begin(callId, start) {
    const place = this.places.get(start.placeId);
    if (!place) return this.#refuse(callId, new Failure('internal', `place ${start.placeId} is not configured`));
    if (this.calls.size >= this.limits.maxConcurrentCalls)
      return this.#refuse(callId, new Failure('overloaded', `${place.name} has too many calls at once`, { status: 503, isUnsent: true }));
    const call = new Call(this, callId, place, start);
    this.calls.set(callId, call);
    void call.run();
  }

  #refuse(callId, failure) {
    this.send(callId, 'finish', { failure: failureMessage(failure) });
  }

  /** Sends a frame with what else is ready at the end of this turn. */
  send(callId, kind, content) {
    if (this.#isClosed) return;
    const frame = encodeFrame({ callId, [kind]: content });
    const size = sizeInMessage(frame);
    if (size > this.limits.maxMessageBytes) throw new RangeError(`a message of ${size} bytes is too long; the gateway takes ${this.limits.maxMessageBytes}`);
    this.#frames.push(frame);
    this.#queued += size;
    if (this.#isFlushing || this.#isBlocked) return;
    this.#isFlushing = true;
    setImmediate(() => this.flush());
  }

  /** Sends what is ready, as far as the stream takes it. */
  flush() {
    this.#isFlushing = false;
    while (this.#frames.length > 0 && !this.#isBlocked && !this.#isClosed) this.#isBlocked = !this.#write(joinFrames(this.#take()));
    if (this.#isOpen()) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #take() {
    const most = Math.min(messageTarget, this.limits.maxMessageBytes);
    let size = 0;
    let count = 0;
    for (const frame of this.#frames) {
      const next = sizeInMessage(frame);
      if (count > 0 && size + next > most) break;
      size += next;
      count++;
    }
    this.#queued -= size;
    return this.#frames.splice(0, count);
  }

  /** Told when the stream takes messages again. */
  drained() {
    this.#isBlocked = false;
    this.flush();
  }

  #isOpen() {
    return this.#isClosed || (!this.#isBlocked && this.#queued < messageTarget);
  }

  /** Completes when chunks of bodies may be sent. */
  async writable() {
    while (!this.#isOpen()) await new Promise(resolve => this.#waiting.push(resolve));
  }

  /** A call has ended. */
  forget(callId) {
    if (this.calls.delete(callId) && this.calls.size === 0) this.#onIdle();
  }

  /** The stream has ended; so have its calls. */
  close() {
    this.#isClosed = true;
    this.#frames = [];
    for (const call of [...this.calls.values()]) call.cancel(new Cancelled('connection-lost'));
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
