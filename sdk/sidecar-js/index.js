export { ConfigError, Cancelled, Failure, Refusal } from './lib/errors.js';
export { log } from './lib/log.js';
export { plugin } from './lib/plugin.js';
export { listen, serve } from './lib/serve.js';
