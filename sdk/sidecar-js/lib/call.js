import { faults, StreamedBody, WholeBody } from './body.js';
import { CancelReason } from './contract.js';
import { Cancelled, Failure, failureMessage } from './errors.js';
import { maxAttempts, maxAttemptsAtOnce } from './limits.js';
import { log } from './log.js';
import { OutgoingBody } from './outgoing.js';
import { Request } from './request.js';
import { answerMessage, Response } from './response.js';

const cancelReasons = new Map(Object.entries(CancelReason).map(([name, number]) => [number, name.slice('CANCEL_REASON_'.length).toLowerCase().replaceAll('_', '-')]));

/** The walk of one request through one component. */
export class Call {
  #link;
  #id;
  #start;
  #started = performance.now();
  #isFinished = false;
  #isEnded = false;
  #cancelled = null;
  #abort = null;
  #timer = null;
  #attempts = new Map();
  #attemptCount = 0;
  #incoming = new Map();
  #outgoing = new Map();
  #streamCount = 0;
  // Bodies of the frame that is being made; they begin once it is sent.
  #announced = [];
  #sent = new WeakSet();

  constructor(link, id, place, start) {
    this.#link = link;
    this.#id = id;
    this.#start = start;
    this.place = place;
  }

  /** Lets the component work. */
  async run() {
    try {
      this.request = new Request(this, this.#start, this.#body(this.#start.requestBody, faults.request));
      if (this.place.isResponseModifier) this.response = new Response(this, 0, this.#start.response, this.#body(this.#start.response?.body, faults.response));
      await this.place.run(this);
    } catch (error) {
      this.fail(error);
    }
  }

  get signal() {
    if (this.#abort) return this.#abort.signal;
    this.#abort = new AbortController();
    if (this.#cancelled) this.#abort.abort(this.#cancelled);
    else if (this.#start.timeoutMs > 0 && !this.#isEnded) {
      this.#timer = setTimeout(() => this.#abort.abort(new Cancelled('deadline')), Math.max(0, this.remaining));
    }
    return this.#abort.signal;
  }

  get remaining() {
    return this.#start.timeoutMs > 0 ? Math.max(0, this.#start.timeoutMs - (performance.now() - this.#started)) : null;
  }

  /** Throws when the component did not declare that it needs something. */
  require(need) {
    if (this.place.needs[need]) return;
    throw new TypeError(`${this.place.name} is not sent this: its needs have no ${need}`);
  }

  /** Goes on with the request; the promise is of what came of it. */
  next(request) {
    if (this.#isFinished || this.#isEnded) return Promise.reject(this.#cancelled ?? new Cancelled('finished'));
    if (this.#attemptCount > 0 && this.place.isExchange) return Promise.reject(new Error('an exchange with the client goes on once: next was called a second time'));
    if (this.#attempts.size >= maxAttemptsAtOnce) return Promise.reject(new RangeError(`more than ${maxAttemptsAtOnce} attempts of a call at once`));
    if (this.#attemptCount >= maxAttempts) return Promise.reject(new RangeError(`more than ${maxAttempts} attempts of a call`));
    const outcome = new Promise((resolve, reject) => {
      const attempt = this.#proceed(request, false);
      this.#attempts.set(attempt, { resolve, reject });
    });
    // Whoever lets it go on without waiting for it has lost nothing when the call ends.
    outcome.catch(() => {});
    return outcome;
  }

  #proceed(request, isLast) {
    if (!(request instanceof Request) || !request._isOf(this)) throw new TypeError('next takes the request of its call, or a clone of it');
    const change = request._change(this.#sendBody);
    const attempt = this.#attemptCount + 1;
    this.#sendFrame('proceed', { attempt, change, isLast, responseHeaders: request.responseHeaders._changes }, isLast);
    this.#attemptCount = attempt;
    return attempt;
  }

  /** Ends the call with what a component around something gave. */
  finish(outcome) {
    if (this.#isFinished || this.#isEnded) return;
    if (outcome instanceof Request) this.#proceed(outcome, true);
    else if (outcome instanceof Response) this.finishResponse(outcome);
    else this.finishAnswer(outcome);
  }

  /** Ends the call with an answer that a plugin made. */
  finishAnswer(answer) {
    if (this.#isFinished || this.#isEnded) return;
    if (answer instanceof Failure) return this.fail(answer);
    if (answer === null || typeof answer !== 'object' || answer instanceof Request)
      throw new TypeError(`the handler gave ${answer === null ? 'null' : answer?.constructor.name}; an answer such as { status, data } was expected`);
    this.#sendFrame('finish', { response: answerMessage(answer, this.place, this.#sendBody) }, true);
  }

  /** Ends the call with a response that came. */
  finishResponse(response) {
    if (this.#isFinished || this.#isEnded) return;
    if (!(response instanceof Response) || !response._isOf(this)) throw new TypeError('the handler gave no response of its call');
    const answer = response._answer();
    if (answer) this.finishAnswer(answer);
    else this.#sendFrame('finish', { change: response._change(this.#sendBody) }, true);
  }

  /** Ends the call of a request modifier. */
  finishRequest(request) {
    if (this.#isFinished || this.#isEnded) return;
    if (!(request instanceof Request) || !request._isOf(this)) throw new TypeError('the handler gave no request of its call');
    this.#sendFrame('finish', { request: request._change(this.#sendBody) }, true);
  }

  /** Ends the call with what was thrown. */
  fail(error) {
    const isAbort = error?.name === 'AbortError' || error === this.#abort?.signal.reason;
    const isLate = isAbort && this.#abort?.signal.aborted;
    if (!(error instanceof Failure) && !isLate && !(isAbort && this.#isEnded)) this.#report(error);
    if (this.#isFinished || this.#isEnded) return;
    this.#announced = [];
    const failure = error instanceof Failure ? error
      : isLate ? new Failure('timeout', `${this.place.name} took too long`, { status: 504 })
      : new Failure('internal', `${this.place.name} failed`);
    try {
      this.#sendFrame('finish', { failure: failureMessage(failure) }, true);
    } catch (unsendable) {
      this.#report(unsendable);
      this.#sendFrame('finish', { failure: failureMessage(new Failure('internal', `${this.place.name} failed`)) }, true);
    }
  }

  #report(error) {
    log.error(`${this.place.logPrefix}[${this.place.name}] ${error?.stack ?? error}`);
  }

  // Sends a frame, then the bodies that it announced. The last frame's end the call with them.
  #sendFrame(kind, content, isLast) {
    this.#link.send(this.#id, kind, content);
    this.#isFinished = isLast;
    const bodies = this.#announced.splice(0).map(({ streamId, body }) => {
      this.#outgoing.set(streamId, body);
      return this.#pump(streamId, body);
    });
    if (!isLast) return;
    if (bodies.length === 0) this.#end(new Cancelled('finished'));
    else void Promise.all(bodies).then(() => this.#end(new Cancelled('finished')));
  }

  #sendBody = source => {
    if (Buffer.isBuffer(source) && source.length <= this.#link.limits.maxWholeBodyBytes) return { whole: source };
    if (!Buffer.isBuffer(source)) {
      if (this.#sent.has(source)) throw new Error('a body that is no text and no bytes can be sent once');
      this.#sent.add(source);
    }
    const streamId = ++this.#streamCount;
    const { initialCreditBytes: credit, maxChunkBytes: chunkSize } = this.#link.limits;
    const send = chunk => this.#link.send(this.#id, 'chunk', { streamId, ...chunk });
    const body = new OutgoingBody(Buffer.isBuffer(source) ? [source] : source, { credit, chunkSize, send, writable: () => this.#link.writable() });
    this.#announced.push({ streamId, body });
    return { streamId, length: source.length ?? 0 };
  };

  async #pump(streamId, body) {
    const error = await body.pump();
    this.#outgoing.delete(streamId);
    if (error && !(error instanceof Failure)) this.#report(error);
  }

  #body(message, fault) {
    if (!message?.content) return null;
    if (message.content === 'whole') return new WholeBody(message.whole, fault);
    const { streamId, length } = message;
    const grant = bytes => this.#isEnded || this.#link.send(this.#id, 'credit', { streamId, bytes });
    const body = new StreamedBody(length, fault, grant, this.#link.limits.maxWholeBodyBytes);
    this.#incoming.set(streamId, body);
    return body;
  }

  /** Takes a frame of the gateway. */
  receive(kind, content) {
    if (kind === 'chunk') this.#incoming.get(content.streamId)?._receive(content);
    else if (kind === 'credit') this.#outgoing.get(content.streamId)?.grant(content.bytes);
    else if (kind === 'cancel') this.cancel(new Cancelled(cancelReasons.get(content.reason) ?? 'unspecified'));
    else if (kind === 'result') {
      const attempt = this.#attempts.get(content.attempt);
      this.#attempts.delete(content.attempt);
      attempt?.resolve(new Response(this, content.attempt, content.response, this.#body(content.response?.body, faults.response)));
    }
  }

  /** Nobody wants it any more. */
  cancel(reason) {
    this.#cancelled = reason;
    this.#end(reason);
    this.#abort?.abort(reason);
  }

  #end(reason) {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#link.forget(this.#id);
    for (const attempt of this.#attempts.values()) attempt.reject(reason);
    for (const body of this.#incoming.values()) body._break(reason);
    for (const body of this.#outgoing.values()) body.stop();
    this.#attempts.clear();
    this.#incoming.clear();
  }
}
