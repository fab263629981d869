import { bodySource, faults, givenBody } from './body.js';
import { failureMessage, failureOf } from './errors.js';
import { headerPairs, Headers } from './fields.js';

const encodeData = data => {
  const json = JSON.stringify(data);
  if (json === undefined) throw new TypeError(`a ${typeof data} is no data; objects, lists, texts, numbers, true, false and null are`);
  return Buffer.from(json);
};

/** What came of an attempt, or what a response modifier works on. What is set goes on with it; everything else stays as it is. */
export class Response {
  #call;
  #message;
  #body;
  #status;
  #isComplete;
  #data;
  #replacement;
  #isFailureCleared = false;

  /** @param {number} attempt 0 for the response of a response modifier. */
  constructor(call, attempt, message, body) {
    this.#call = call;
    this.#message = message;
    this.#body = body;
    this.attempt = attempt;
    this.headers = new Headers(message?.headers, [], () => this.#check('responseHead'));
    this.failure = message?.failure ? failureOf(message.failure) : null;
  }

  /** 0 for merged data. */
  get status() {
    return this.#status ?? this.#message?.status ?? 0;
  }

  set status(value) {
    if (!Number.isInteger(value) || value < 200 || value > 599) throw new RangeError(`${value} is no status of an answer; 200 to 599 are`);
    this.#check('responseHead');
    this.#status = value;
  }

  /** Whether every part of the data is there. */
  get isComplete() {
    return this.#isComplete ?? this.#message?.isComplete ?? false;
  }

  set isComplete(value) {
    this.#isComplete = Boolean(value);
  }

  /** Whether it is the client's answer as it is, without anything that the gateway adds. */
  get isFinal() {
    return this.#message?.isFinal ?? false;
  }

  /** Whether the body is data. */
  get isData() {
    return this.#message?.isData ?? false;
  }

  /** The decoded data, which may be changed in place or replaced; undefined when there is none. */
  get data() {
    if (this.#data !== undefined) return this.#data;
    this.#call.require('responseBody');
    if (!this.#call.place.hasData) throw new TypeError('data is at proxy, backend, executor, modifiers and middleware; here it is await response.body.json()');
    if (!this.isData || !this.#message.body) return undefined;
    return (this.#data = JSON.parse(this.#message.body.whole.toString('utf8')));
  }

  set data(value) {
    if (!this.#call.place.hasData) throw new TypeError('data is at proxy, backend, executor, modifiers and middleware; here set body');
    this.#checkAny();
    this.#data = value;
    this.#replacement = undefined;
  }

  /** What came, or was set, as bytes; null when there is none. */
  get body() {
    if (this.#replacement !== undefined) return this.#replacement;
    this.#call.require('responseBody');
    return this.#body;
  }

  set body(value) {
    this.#checkAny();
    this.#replacement = givenBody(value, faults.response);
    this.#data = undefined;
  }

  /** Takes the failure beside data away. */
  clearFailure() {
    this.#isFailureCleared = true;
    this.failure = null;
  }

  // The gateway lets nobody change what he did not ask for; a modifier always has its response.
  #check(need) {
    if (this.attempt !== 0) this.#call.require(need);
  }

  #checkAny() {
    if (!this.#call.place.needs.responseBody) this.#check('responseHead');
  }

  // A failure without an answer beside it, which has nothing that could be changed.
  get #isFailureAlone() {
    const message = this.#message;
    return Boolean(message?.failure) && !message.isData && message.status === 0 && !message.body;
  }

  /** The answer that was made of a failure, or null: it is sent as one of its own. */
  _answer() {
    const hasBody = this.#replacement !== undefined && this.#replacement !== null;
    if (!this.#isFailureAlone || (this.#data === undefined && !hasBody)) return null;
    const { hasData } = this.#call.place;
    const content = this.#data !== undefined ? { data: this.#data } : { body: this.#replacement };
    return { status: this.#status, headers: this.headers, ...content, isComplete: this.#isComplete, failure: hasData ? this.failure : null };
  }

  _isOf(call) {
    return this.#call === call;
  }

  /** What was changed, for the message; a body of it is given to the function. */
  _change(sendBody) {
    if (this.#isFailureAlone) return { attempt: this.attempt, clearsFailure: this.#isFailureCleared };
    const data = this.#changedData();
    const taken = this.#replacement === undefined ? this.#body?._taken() : null;
    const raw = this.#replacement !== undefined ? bodySource(this.#replacement) : taken;
    return {
      attempt: this.attempt,
      status: this.#status,
      headers: taken && !data ? this.headers._changesWithEncoding : this.headers._changes,
      body: data ? { whole: data } : raw ? sendBody(raw) : null,
      isData: data !== null,
      ...(this.#isComplete === undefined ? {} : { isComplete: this.#isComplete }),
      clearsFailure: this.#isFailureCleared,
    };
  }

  // The data was handed out and may have been changed in place. What was not changed is not sent: its numbers may have more digits than
  // JavaScript's.
  #changedData() {
    if (this.#data === undefined) return null;
    const now = encodeData(this.#data);
    const original = this.#message?.body?.whole;
    if (!original || !this.isData) return now;
    return now.equals(original) || now.equals(encodeData(JSON.parse(original.toString('utf8')))) ? null : now;
  }
}

const answerNames = new Set(['status', 'headers', 'data', 'body', 'isComplete', 'isFinal', 'failure']);

/** The message of an answer that a plugin made. */
export function answerMessage(answer, place, sendBody) {
  const unknown = Object.keys(answer).find(name => !answerNames.has(name));
  if (unknown) throw new TypeError(`an answer has no ${JSON.stringify(unknown)}; it has ${[...answerNames].join(', ')}`);
  if (answer.data !== undefined && answer.body !== undefined) throw new TypeError('an answer has data or a body, not both');
  const headers = headerPairs(answer.headers);
  const isData = answer.data !== undefined && place.hasData;
  const isFailureAlone = Boolean(answer.failure) && answer.data === undefined && !answer.body;
  const status = answer.status ?? (isFailureAlone || (isData && !place.isExecutor) ? 0 : 200);
  if (!Number.isInteger(status) || (status !== 0 && (status < 200 || status > 599))) throw new RangeError(`${status} is no status of an answer; 200 to 599 are`);
  if (answer.data !== undefined && !isData && !headers.some(header => header.name.toLowerCase() === 'content-type'))
    headers.push({ name: 'Content-Type', value: 'application/json' });
  return {
    status,
    headers,
    body: answer.data !== undefined ? { whole: encodeData(answer.data) } : answer.body ? sendBody(bodySource(answer.body)) : null,
    isData,
    isComplete: answer.isComplete ?? true,
    isFinal: answer.isFinal ?? false,
    failure: answer.failure ? failureMessage(answer.failure) : null,
  };
}
