import type { Answer, BodySource, Failure, Headers, Json, Pairs, Parameters, Place, Plugin } from './index.js';

/** A request that a test makes. GET / from 127.0.0.1 where nothing is said. */
export interface TestRequest {
  method?: string;
  target?: string;
  scheme?: string;
  authority?: string;
  hostHeader?: string;
  headers?: Pairs;
  query?: Pairs;
  parameters?: Pairs;
  clientAddress?: string;
  body?: BodySource | null;
}

/** A request as it reached what is further in. */
export interface SeenRequest {
  method: string;
  target: string;
  scheme: string;
  authority: string;
  hostHeader: string;
  headers: Headers;
  query: Parameters;
  parameters: Parameters;
  clientAddress: string;
  claims: any;
  body: Buffer | null;
  attempt: number;
  /** Whether the plugin let the answer pass by. */
  isLast: boolean;
  /** Changes of the answer's headers. */
  responseHeaders: { name: string; operation: number; value: string }[];
}

/** An answer as the client would get it. */
export interface SeenResponse {
  status: number;
  headers: Headers;
  body: Buffer | null;
  data: any;
  isData: boolean;
  isComplete: boolean;
  isFinal: boolean;
  failure: object | null;
}

/** What came of a call: one of the three. */
export interface Outcome {
  response: SeenResponse | null;
  /** What a request modifier made. */
  request: Omit<SeenRequest, 'attempt' | 'isLast' | 'responseHeaders'> | null;
  failure: Failure | null;
  attempts: SeenRequest[];
}

export interface CallOptions {
  request?: TestRequest;
  /** What a response modifier works on. */
  response?: Answer;
  /** What is further in; by default it answers with empty data, or an empty 200. */
  next?(request: SeenRequest): Answer | Promise<Answer>;
  claims?: Json;
  /** Milliseconds for the whole call. */
  timeout?: number;
  traceparent?: string;
  tracestate?: string;
  /** The client goes when it fires; the call rejects with its reason. */
  signal?: AbortSignal;
}

export interface PlaceOptions {
  /** As in plugin.json; needed where the name stands at several. */
  layer?: string;
  place?: Partial<Omit<Place, 'needs' | 'propagateHeaders' | 'warn'>>;
}

/** A configured component. */
export interface Configured {
  isUnused: boolean;
  propagatedHeaders: string[];
  diagnostics: { severity: 'info' | 'warning' | 'error'; path: string; message: string; refusesStart: boolean }[];
}

export interface TestHost {
  /** Configures a component, calls it once and releases it. Rejects when the configuration is refused. */
  call(name: string, config?: Json, options?: CallOptions & PlaceOptions): Promise<Outcome>;
  configure(name: string, config?: Json, options?: PlaceOptions): Promise<Configured>;
  /** Calls what `configure` gave. */
  callPlace(configured: Configured, options?: CallOptions): Promise<Outcome>;
  /** Throws when plugin.json says something else than the plugin. */
  checkManifest(file: string | URL): void;
}

/** A host for a plugin, in the process of the test: no gateway, no socket. */
export function testHost(plugin: Plugin): TestHost;
