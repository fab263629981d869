import { bodySource, faults, givenBody } from './body.js';
import { Headers, isToken, Parameters } from './fields.js';

// What may be set, as the gateway checks it: a call with anything else fails there without a word of where it came from.
const texts = {
  method: [isToken, 'method'],
  target: [text => /^\/[!-"$-~]*$/.test(text), 'target: a path that begins with "/", percent-encoded, and a query'],
  scheme: [text => text === 'http' || text === 'https', 'scheme: http or https'],
  authority: [text => /^[^\s/?#@]+$/.test(text), 'authority: host and port'],
  hostHeader: [text => /^[^\s/?#@]+$/.test(text), 'value of Host'],
};

const parseObject = bytes => (bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : null);

/** A request on its way in. What is set goes on with it; everything else stays as it is. */
export class Request {
  #call;
  #start;
  #body;
  #texts = {};
  #replacement;
  #claims;
  #areClaimsChanged = false;

  constructor(call, start, body, changed = null) {
    const head = start.request;
    this.#call = call;
    this.#start = start;
    this.#body = body;
    if (changed) {
      Object.assign(this, changed.parts);
      this.#texts = { ...changed.texts };
      this.#replacement = changed.replacement;
      this.#claims = changed.claims;
      this.#areClaimsChanged = changed.areClaimsChanged;
      return;
    }
    this.headers = new Headers(head?.headers);
    this.query = new Parameters(head?.query);
    this.parameters = new Parameters(head?.parameters);
    // For the answer, before anything further in writes to it (server, endpoint).
    this.responseHeaders = new Headers();
  }

  get clientAddress() {
    return this.#start.request?.clientAddress ?? '';
  }

  get traceparent() {
    return this.#start.traceparent;
  }

  get tracestate() {
    return this.#start.tracestate;
  }

  /** Fires when nobody wants the call any more, with a Cancelled as its reason. */
  get signal() {
    return this.#call.signal;
  }

  /** Milliseconds left for the whole call; null when there is no deadline. */
  get remaining() {
    return this.#call.remaining;
  }

  /** What came, or was set; null when there is none. */
  get body() {
    if (this.#replacement !== undefined) return this.#replacement;
    this.#call.require('requestBody');
    return this.#body;
  }

  set body(value) {
    this.#replacement = givenBody(value, faults.request);
  }

  /** Validated claims of the client's token; null when there are none. */
  get claims() {
    if (this.#claims !== undefined) return this.#claims;
    this.#call.require('claims');
    return (this.#claims = parseObject(this.#start.claimsJson));
  }

  /** Claims of a token that the plugin validated (server, endpoint). */
  set claims(value) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new TypeError('claims are an object');
    this.#claims = value;
    this.#areClaimsChanged = true;
  }

  /** The same request, to be changed on its own: for attempts that differ. */
  clone() {
    const { headers, query, parameters, responseHeaders } = this;
    const parts = { headers: headers._clone(), query: query._clone(), parameters: parameters._clone(), responseHeaders: responseHeaders._clone() };
    const changed = { parts, texts: this.#texts, replacement: this.#replacement, claims: this.#claims, areClaimsChanged: this.#areClaimsChanged };
    return new Request(this.#call, this.#start, this.#body, changed);
  }

  _isOf(call) {
    return this.#call === call;
  }

  /** What was changed, for the message; a body of it is given to the function. */
  _change(sendBody) {
    const taken = this.#replacement === undefined ? this.#body?._taken() : null;
    const body = this.#replacement !== undefined ? bodySource(this.#replacement) : taken;
    // The two make one host.
    const isMoved = this.#texts.scheme !== undefined || this.#texts.authority !== undefined;
    return {
      ...this.#texts,
      ...(isMoved ? { scheme: this.scheme, authority: this.authority } : {}),
      headers: taken ? this.headers._changesWithEncoding : this.headers._changes,
      query: this.query._changed,
      parameters: this.parameters._changed,
      body: body ? sendBody(body) : null,
      claimsJson: this.#areClaimsChanged ? Buffer.from(JSON.stringify(this.#claims)) : undefined,
    };
  }

  static {
    for (const [name, [isRight, what]] of Object.entries(texts)) {
      Object.defineProperty(this.prototype, name, {
        get() {
          return this.#texts[name] ?? this.#start.request?.[name] ?? '';
        },
        set(value) {
          if (!isRight(String(value))) throw new TypeError(`${JSON.stringify(value)} is no ${what}`);
          this.#texts[name] = String(value);
        },
        enumerable: true,
      });
    }
  }
}
