import { bodySource } from '../body.js';
import { BodyNeed, CancelReason } from '../contract.js';
import { failureOf } from '../errors.js';
import { ownLimits } from '../limits.js';
import { OutgoingBody } from '../outgoing.js';
import { answerMessage } from '../response.js';
import { changedRequest, changedResponse, requestHead, responseFor } from './messages.js';

const always = async () => {};

async function collect(source) {
  if (Buffer.isBuffer(source)) return source;
  const parts = [];
  for await (const part of source) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** One call as the gateway has it. */
class GatewayCall {
  #send;
  #place;
  #options;
  #outgoing = new Map();
  #incoming = new Map();
  #streamCount = 0;
  #attempts = [];
  #answers = new Map();
  #settled;

  constructor(send, place, options) {
    this.#send = send;
    this.#place = place;
    this.#options = { request: {}, ...options };
    this.outcome = new Promise((resolve, reject) => (this.#settled = { resolve, reject }));
  }

  start() {
    const { request, response, claims, timeout = 0, traceparent = '', tracestate = '', signal } = this.#options;
    const { needs, id } = this.#place;
    this.request = this.#body(request.body, needs.requestBody);
    const start = {
      placeId: id,
      timeoutMs: timeout,
      request: requestHead(request, needs),
      requestBody: this.request?.message ?? null,
      claimsJson: Buffer.from(needs.claims && claims ? JSON.stringify(claims) : ''),
      response: response ? responseFor(this.#answer(0, response), needs) : null,
      traceparent,
      tracestate,
    };
    this.#send('start', start);
    const cancel = () => this.cancel(CancelReason.CANCEL_REASON_CLIENT_GONE, signal.reason);
    // The handler has begun already, and may have fired it.
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  }

  cancel(reason, error = new Error('the call was cancelled')) {
    this.#send('cancel', { reason });
    this.fail(error);
  }

  fail(error) {
    for (const { stream } of this.#outgoing.values()) stream.stop();
    this.#settled.reject(error);
  }

  // A body as it is announced, and where its bytes are.
  #body(value, need) {
    if (value === undefined || value === null) return null;
    const source = bodySource(value);
    if (need !== BodyNeed.BODY_NEED_STREAMED) return { source, message: need === BodyNeed.BODY_NEED_BUFFERED ? { whole: source } : null };
    const streamId = ++this.#streamCount;
    const stream = new OutgoingBody(Buffer.isBuffer(source) ? [source] : source, {
      credit: 0,
      chunkSize: ownLimits.maxChunkBytes,
      send: chunk => this.#send('chunk', { streamId, ...chunk }),
      writable: always,
    });
    const body = { source, stream, isTaken: false, message: { streamId, length: source.length ?? 0 } };
    this.#outgoing.set(streamId, body);
    return body;
  }

  // An answer in full; what it is announced as is kept beside it.
  #answer(attempt, answer) {
    let body = null;
    const message = answerMessage(answer, { hasData: this.#place.hasData, isExecutor: false }, source => ({ source }));
    if (message.body?.source) body = this.#body(message.body.source, this.#place.needs.responseBody);
    else if (message.body) body = { source: message.body.whole, message: message.body };
    this.#answers.set(attempt, { message, body });
    return { ...message, body: body?.message ?? null };
  }

  async receive(kind, content) {
    try {
      if (kind === 'credit') this.#credit(content);
      else if (kind === 'chunk') this.#chunk(content);
      else if (kind === 'proceed') await this.#proceed(content);
      else await this.#finish(content);
    } catch (error) {
      this.fail(error);
    }
  }

  #credit({ streamId, bytes }) {
    const body = this.#outgoing.get(streamId);
    if (!body) throw new Error(`credit for the body ${streamId}, which there is not`);
    body.stream.grant(bytes);
    if (body.isTaken) return;
    body.isTaken = true;
    void body.stream.pump();
  }

  #chunk({ streamId, data, isLast, isBroken }) {
    const body = this.#incoming.get(streamId);
    if (!body) throw new Error(`a chunk of the body ${streamId}, which there is not`);
    body.parts.push(data);
    if (isBroken) body.reject(new Error('the plugin broke a body off'));
    else if (isLast) body.resolve(Buffer.concat(body.parts));
    else this.#send('credit', { streamId, bytes: data.length });
  }

  // The bytes of a body that goes on: what the plugin sends, or the original where the plugin left it alone.
  #bytes(message, original) {
    if (message?.content === 'whole') return message.whole;
    if (message) return new Promise((resolve, reject) => this.#incoming.set(message.streamId, { parts: [], resolve, reject }));
    if (!original) return null;
    return original.isTaken ? Buffer.alloc(0) : collect(original.source);
  }

  async #proceed({ attempt, change, isLast, responseHeaders }) {
    const { request, claims, next } = this.#options;
    if (this.#attempts.length > 0 && this.#place.isExchange) throw new Error('a second Proceed: an exchange goes on once');
    const seen = { ...changedRequest(request, claims, change, await this.#bytes(change?.body, this.request)), attempt, isLast, responseHeaders };
    this.#attempts.push(seen);
    const answer = this.#answer(attempt, await (next ? next(seen) : this.#place.hasData ? { data: {} } : {}));
    if (!isLast) return this.#send('result', { attempt, response: responseFor(answer, this.#place.needs) });
    await this.#settle(attempt, null);
  }

  async #settle(attempt, change) {
    const answer = this.#answers.get(attempt);
    if (!answer) throw new Error(`the outcome of attempt ${attempt}, which there is not`);
    const isFailure = answer.message.failure && !answer.body;
    if (isFailure && change && (change.body || change.status !== 0 || change.headers.length > 0)) throw new Error(`a change of the answer of attempt ${attempt}, which failed`);
    const body = await this.#bytes(change?.body, answer.body);
    this.#resolve({ response: changedResponse(answer.message, change, body) });
  }

  async #finish({ outcome, response, change, request, failure }) {
    if (outcome === 'failure') return this.#resolve({ failure: failureOf(failure) });
    if (outcome === 'change') return this.#settle(change.attempt, change);
    if (outcome === 'response') return this.#resolve({ response: changedResponse(response, null, await this.#bytes(response.body, null)) });
    if (outcome !== 'request') throw new Error('the plugin finished with nothing');
    const body = await this.#bytes(request.body, this.request);
    this.#resolve({ request: changedRequest(this.#options.request, this.#options.claims, request, body) });
  }

  #resolve(outcome) {
    for (const { stream } of this.#outgoing.values()) stream.stop();
    this.#settled.resolve({ response: null, request: null, failure: null, ...outcome, attempts: this.#attempts });
  }
}

/** The gateway's side of a stream of Handle. */
export class GatewayCalls {
  #send;
  #calls = new Map();
  #count = 0;

  /** Why no new calls should come, once the plugin said so. */
  goingAway = null;

  /** @param {(frame: object) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /**
   * Makes a call.
   * @param {{ id: number, hasData: boolean, needs: object }} place
   */
  async call(place, options = {}) {
    const callId = ++this.#count;
    const call = new GatewayCall((kind, content) => this.#send({ callId, [kind]: content }), place, options);
    this.#calls.set(callId, call);
    try {
      call.start();
      return await call.outcome;
    } finally {
      this.#calls.delete(callId);
    }
  }

  receive(frames) {
    for (const { callId, frame, ...content } of frames) {
      if (frame === 'goingAway') this.goingAway = content.goingAway.reason;
      else void this.#calls.get(callId)?.receive(frame, content[frame]);
    }
  }

  /** The stream has ended. */
  close(error) {
    for (const call of this.#calls.values()) call.fail(error);
  }
}
