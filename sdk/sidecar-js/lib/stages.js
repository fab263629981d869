// The named stages of the gateway's layers and their order, as plugin.json and the SDK for .NET know them.
const named = {
  server: { telemetry: 100, cors: 200, 'http-server plugins': 300, 'service guards': 400, routing: 500, security: 600, scripts: 700, 'bot detector': 800 },
  endpoint: {
    'early extraction': 100, 'bot detector': 200, 'basic authentication': 280, 'api keys': 290, authentication: 300, scripts: 400, 'rate limit': 500,
    'body limits': 600,
  },
  proxy: {
    answer: 50, telemetry: 100, 'final response': 200, scripts: 300, policies: 400, 'request validation': 500, 'request body': 600, shadow: 700,
    middleware: 750, static: 800, modifiers: 900, flatmap: 1000, merge: 1100,
  },
  backend: {
    request: 100, protocol: 200, modifiers: 300, telemetry: 400, 'circuit breaker': 500, 'rate limit': 600, middleware: 700, response: 800,
    scripts: 900, policies: 1000, 'request body': 1100,
  },
  client: { martian: 100, retries: 195, 'http-client plugins': 200, telemetry: 300, cache: 400, credentials: 500, signing: 600 },
};
// What at most one component of a place may be.
const authentication = 'method of authentication towards a backend';
const exclusives = { client: { credentials: authentication, signing: authentication } };
// "before modifiers" is just outside of it.
const beside = { 'before ': -10, 'after ': 10 };

export { named as stages };

/** A stage of a layer by its name, or undefined. */
export function stageNamed(layer, name) {
  const side = Object.keys(beside).find(text => name.startsWith(text)) ?? '';
  const base = name.slice(side.length);
  if (!Object.hasOwn(named[layer] ?? {}, base)) return undefined;
  return { name, order: named[layer][base] + (beside[side] ?? 0), exclusive: side === '' ? exclusives[layer]?.[base] ?? '' : '' };
}
