/** Values that JSON has. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Names and values: an object, whose values may be lists, or pairs. */
export type Pairs = Iterable<readonly [string, unknown]> | Record<string, unknown>;

/** What may be set as a body. Parts are taken as far as the gateway allows. */
export type BodySource = string | Uint8Array | ArrayBuffer | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** What a component is sent. Everything else stays in the gateway. */
export interface Needs {
  /** Method, target, headers, parameters, client address. */
  requestHead?: boolean;
  /** Buffered: whole, with the head. Streamed: as far as it is read; reading takes it over. */
  requestBody?: 'none' | 'buffered' | 'streamed';
  /** Status, headers, completeness and failure of what comes back from further in. */
  responseHead?: boolean;
  /** Data always comes as a whole. */
  responseBody?: 'none' | 'buffered' | 'streamed';
  /** Validated claims of the client's token. */
  claims?: boolean;
  /** Headers that are wanted, in any case; all of them when empty. */
  headers?: string[];
}

export interface ComponentOptions {
  /** By default the heads, and no bodies. */
  needs?: Needs;
  /** A named stage of the layer, or a number; lower ones are further outside. */
  stage?: string | { order: number; name?: string; exclusive?: string };
  /** service: also in every place of the layer once it stands at the service. endpoints: around the service once an endpoint has it. */
  reach?: 'service' | 'endpoints';
}

/** Where a configuration stands. */
export interface Place {
  readonly id: number;
  readonly name: string;
  /** "krakend.json:41:17" */
  readonly position: string;
  /** "endpoints[3].backend[0].extra_config.acme/audit" */
  readonly path: string;
  /** "[ENDPOINT: /orders/{id}]" */
  readonly logPrefix: string;
  /** null at the service. */
  readonly endpoint: { method: string; path: string; timeoutMs: number; isNoOp: boolean; backendCount: number } | null;
  /** null above the backends. */
  readonly backend: { index: number; urlPattern: string; method: string; encoding: string } | null;
  /** What the service has under the same namespace, where that is another value; else null. */
  readonly serviceConfig: any;
  /** What it needs with this configuration, where that is less than was declared. */
  needs(needs: Needs): void;
  /** Headers of the request that reach every backend whatever `input_headers` lists (endpoint). */
  propagateHeaders(...names: string[]): void;
  /** A finding that stops nothing. */
  warn(path: string, message: string): void;
}

/** Headers, found in any case. Only changes are sent back. Setters throw a TypeError on what is no header. */
export interface Headers extends Iterable<[string, string]> {
  /** The first value, or null. */
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
  /** One value in place of all. */
  set(name: string, value: unknown): void;
  /** One value more. */
  add(name: string, value: unknown): void;
  remove(name: string): void;
}

/** Parameters of the query or of the path. */
export type Parameters = Headers;

/** A body that came. */
export interface Body extends AsyncIterable<Buffer> {
  /** Bytes in all, or null where that is not known. */
  readonly length: number | null;
  /** The whole, up to 8 MiB: what is longer is refused with 413. */
  bytes(): Promise<Buffer>;
  text(): Promise<string>;
  /** Refuses with 400 what is no JSON. */
  json(): Promise<any>;
}

/** A request on its way in. What is set goes on with it; everything else stays as it is. Texts that are empty change nothing. */
export interface Request {
  method: string;
  /** Path and query as they are on the wire; empty where none is built yet. */
  target: string;
  scheme: string;
  authority: string;
  hostHeader: string;
  readonly headers: Headers;
  /** Query parameters that the configuration lets through, at proxy and below. */
  readonly query: Parameters;
  /** Placeholders of the endpoint's path, as { Id }, and values that were added on the way. */
  readonly parameters: Parameters;
  /** For the answer, before anything further in writes to it (server, endpoint). */
  readonly responseHeaders: Headers;
  readonly clientAddress: string;
  readonly traceparent: string;
  readonly tracestate: string;
  /** Fires when nobody wants the call any more, and at its deadline, with a {@link Cancelled} as its reason. */
  readonly signal: AbortSignal;
  /** Milliseconds left for the whole call; null when there is no deadline. */
  readonly remaining: number | null;
  /** What came, or was set; null when there is none. Throws when it was not declared. */
  get body(): Body | null;
  set body(value: BodySource | Body | null);
  /** Validated claims of the client's token, or null. Setting them tells those of a token that the plugin validated. */
  claims: any;
  /** The same request, to be changed on its own: for attempts that differ. */
  clone(): Request;
}

/** What came of a request. What is set goes on with it; everything else stays as it is. */
export interface Response {
  /** Which `next` it belongs to; 0 for the response of a response modifier. */
  readonly attempt: number;
  /** 0 for merged data. */
  status: number;
  readonly headers: Headers;
  /** Whether the body is data. */
  readonly isData: boolean;
  /** Decoded data at proxy, backend, executor, modifiers and middleware; may be changed in place or replaced. */
  data: any;
  /** Bytes. */
  get body(): Body | null;
  set body(value: BodySource | Body | null);
  /** Whether every part of the data is there. */
  isComplete: boolean;
  /** Whether it is the client's answer as it is. */
  readonly isFinal: boolean;
  /** What went wrong, instead of an answer or beside data; null when nothing did. */
  readonly failure: Failure | null;
  /** Takes the failure beside data away. */
  clearFailure(): void;
}

/** An answer that a plugin makes. */
export interface Answer {
  /** 200 by default. */
  status?: number;
  headers?: Pairs;
  /** Data; where bodies are bytes it is sent as JSON. */
  data?: Json;
  body?: BodySource | Body | null;
  /** true by default. */
  isComplete?: boolean;
  /** Whether it is the client's answer as it is, without anything that the gateway adds (proxy). */
  isFinal?: boolean;
  failure?: Failure;
}

/** Goes on with the request, or a clone of it. May be called any number of times, one after the other or at once (64 at a time, 1,000 in all). */
export type Next = (request?: Request) => Promise<Response>;

type Awaitable<T> = T | Promise<T>;

/** The request stands for whatever comes of it: it goes on, and the plugin sees nothing of the answer. */
export type Handle = (request: Request, next: Next) => Awaitable<Response | Answer | Request>;

export type Closing = {
  /** No call will come any more. */
  close?(): Awaitable<void>;
};

export type AroundHandler =
  | Handle
  | ({ handle: Handle } & Closing)
  | ({
      /** An answer that is returned goes out instead of any other. */
      onRequest?(request: Request): Awaitable<void | Request | Answer>;
      /** Without it the answer passes by. */
      onResponse?(response: Response, request: Request): Awaitable<void | Response | Answer>;
    } & Closing);

export type ExecutorHandler = ((request: Request) => Awaitable<Answer>) | ({ handle(request: Request): Awaitable<Answer> } & Closing);
export type RequestModifier = ((request: Request) => Awaitable<void | Request>) | ({ handle(request: Request): Awaitable<void | Request> } & Closing);
export type ResponseModifier =
  | ((response: Response, request: Request) => Awaitable<void | Response>)
  | ({ handle(response: Response, request: Request): Awaitable<void | Response> } & Closing);

/** Makes a handler of a configuration; null when this one needs none. Throws a {@link ConfigError} on what is wrong with it. */
export type Factory<Handler> = (config: any, place: Place) => Awaitable<Handler | null | undefined>;

interface Add<Handler> {
  (name: string, factory: Factory<Handler>): Plugin;
  (name: string, options: ComponentOptions, factory: Factory<Handler>): Plugin;
}

export interface Health {
  /** degraded is shown only; not-serving asks to be started anew. */
  status: 'serving' | 'degraded' | 'not-serving';
  /** For people; no secrets. */
  message?: string;
}

export interface Plugin {
  readonly id: string;
  readonly version: string;
  readonly server: Add<AroundHandler>;
  readonly endpoint: Add<AroundHandler>;
  readonly proxy: Add<AroundHandler>;
  readonly backend: Add<AroundHandler>;
  readonly client: Add<AroundHandler>;
  readonly httpServer: Add<AroundHandler>;
  readonly httpClient: Add<AroundHandler>;
  readonly middleware: Add<AroundHandler>;
  readonly executor: Add<ExecutorHandler>;
  readonly requestModifier: Add<RequestModifier>;
  readonly responseModifier: Add<ResponseModifier>;
  /** Sets what says how the plugin is, several times a second; undefined means well. */
  health(check: () => Awaitable<Health | undefined>): Plugin;
}

/** Begins a plugin: its id and version are those of plugin.json. */
export function plugin(id: string, version: string): Plugin;

/**
 * Runs a plugin in this process, for the gateway that started it.
 * @param meta The module's `import.meta`: nothing happens where another module is the program, as in tests.
 */
export function serve(plugin: Plugin, meta?: ImportMeta): Promise<void>;

/**
 * Runs a plugin for a gateway that finds it by its address.
 * @param address "unix:/path", or "host:port", which must be of loopback without certificates.
 * @param options Files.
 */
export function listen(
  plugin: Plugin,
  address: string,
  options?: { secretFile?: string; tls?: { cert: string; key: string; ca: string } },
): Promise<{ port: number; close(): void }>;

/** Lines of the gateway's log. */
export const log: Record<'debug' | 'info' | 'warning' | 'error' | 'critical', (...parts: unknown[]) => void>;

export type FailureKind =
  | 'internal' | 'timeout' | 'connection' | 'status' | 'payload' | 'rejected' | 'overloaded' | 'client-aborted' | 'lost' | 'multiple';

export interface FailureOptions {
  /** HTTP status for the client; 0 for 500. */
  status?: number;
  /** What the client is shown in place of the message. */
  body?: string | Uint8Array;
  contentType?: string;
  headers?: Pairs;
  /** Whether the client sees the body whatever the configuration says of messages; true when there is one. */
  isBodyPublic?: boolean;
  /** Whether it says nothing of the backend: circuit breakers count it neither way. */
  isNeutral?: boolean;
  /** Whether the request certainly never reached the backend. */
  isUnsent?: boolean;
}

/** How a call failed: thrown it ends the call, in `response.failure` it tells how something further in ended. */
export class Failure extends Error {
  /** @param message For the log and, where the configuration shows messages of errors, for the client; no secrets. */
  constructor(kind: FailureKind, message: string, options?: FailureOptions);
  readonly kind: FailureKind;
  readonly status: number;
  readonly body: Buffer | null;
  readonly contentType: string;
  readonly headers: Headers;
  readonly isBodyPublic: boolean;
  readonly isNeutral: boolean;
  readonly isUnsent: boolean;
}

/** Refuses a request, on purpose, with a status of 400 to 599. */
export class Refusal extends Failure {
  constructor(status: number, message: string, options?: Omit<FailureOptions, 'status'>);
}

/** What is wrong with a configuration, and with which of its attributes ("rules[2].expr"). */
export class ConfigError extends Error {
  constructor(path: string, message: string, options?: { refusesStart?: boolean });
  readonly path: string;
  readonly refusesStart: boolean;
}

/** Nobody wants the call any more. */
export class Cancelled extends Error {
  readonly reason: 'client-gone' | 'deadline' | 'lost' | 'shutdown' | 'protocol-error' | 'connection-lost' | 'finished' | 'unspecified';
}
