import { chmodSync, readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { Host } from './host.js';
import { log } from './log.js';

const notStarted = 'this is a plugin of a gateway, which starts it; see docs/plugins/sidecars.md';
const notStartedStatus = 3;
const greetingLimit = { bytes: 64 << 10, milliseconds: 10_000 };
// Between the last answer and the end, for what is still on its way out.
const closingLimit = 500;
const drainLimit = 10_000;
// Calls that crossed the word that the plugin is going to end still arrive for that long.
const linger = 100;

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/;

const isMain = meta => process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(meta.url));

/** The gateway's line, or null when there is none. What follows it is left unread, for {@link endWith}. */
function readGreeting(input) {
  return new Promise(resolve => {
    let text = '';
    const done = greeting => {
      clearTimeout(timer);
      input.removeListener('data', read).removeListener('end', none).removeListener('error', none);
      resolve(greeting);
    };
    const none = () => done(null);
    const read = part => {
      text += part;
      const end = text.indexOf('\n');
      if (end >= 0) done(parseGreeting(text.slice(0, end)));
      else if (text.length > greetingLimit.bytes) none();
    };
    const timer = setTimeout(none, greetingLimit.milliseconds);
    if (input.isTTY) return none();
    input.setEncoding('utf8').on('data', read).on('end', none).on('error', none);
  });
}

function parseGreeting(line) {
  try {
    const greeting = JSON.parse(line);
    return greeting?.cookie === 'krakenplugins' && typeof greeting.socket === 'string' && typeof greeting.secret === 'string' ? greeting : null;
  } catch {
    return null;
  }
}

// The end of the input means that the gateway is gone.
function endWith(input) {
  for (const event of ['end', 'close', 'error']) input.on(event, () => process.exit(0));
  input.resume();
}

// The file is there before anybody could change its mode, so it must be made with the right one.
async function bindUnix(server, path) {
  const mask = process.umask(0o177);
  try {
    const port = await bind(server, `unix:${path}`, grpc.ServerCredentials.createInsecure());
    chmodSync(path, 0o600);
    return port;
  } finally {
    process.umask(mask);
  }
}

const bind = (server, address, credentials) =>
  new Promise((resolve, reject) => server.bindAsync(address, credentials, (error, port) => (error ? reject(error) : resolve(port))));

/** What runs until the process ends. */
class Running {
  #isEnding = false;
  #listeners = {
    SIGTERM: () => void this.end('SIGTERM', 0),
    unhandledRejection: error => log.error(`a promise was rejected and nobody waited for it: ${error?.stack ?? error}`),
    uncaughtException: error => {
      log.critical(`an exception that nobody caught; the process ends: ${error?.stack ?? error}`);
      void this.end('an exception that nobody caught', 1);
    },
  };

  #unread = () => {};

  constructor(plugin, secret) {
    this.host = new Host(plugin, { secret, onShutdown: () => this.#exit(0) });
    this.server = this.host.server();
    for (const [event, listener] of Object.entries(this.#listeners)) process.on(event, listener);
    // Where nobody reads the log any more its lines are lost; telling that would be another line.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', this.#unread);
  }

  /** Finishes what runs, and ends the process. */
  async end(reason, status) {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.host.goAway(reason);
    await this.host.drain(drainLimit, linger);
    this.#exit(status);
  }

  #exit(status) {
    this.host.end();
    this.server.tryShutdown(() => process.exit(status));
    setTimeout(() => process.exit(status), closingLimit);
  }

  /** Ends the service, not the process. */
  close() {
    for (const [event, listener] of Object.entries(this.#listeners)) process.removeListener(event, listener);
    for (const stream of [process.stdout, process.stderr]) stream.removeListener('error', this.#unread);
    this.host.end();
    this.server.forceShutdown();
  }
}

/**
 * Runs a plugin in this process, for the gateway that started it.
 * @param {object} plugin
 * @param {ImportMeta} [meta] The module's `import.meta`: nothing happens where another module is the program, as in tests.
 */
export async function serve(plugin, meta) {
  if (meta && !isMain(meta)) return;
  const greeting = await readGreeting(process.stdin);
  if (!greeting) {
    process.stderr.write(`${notStarted}\n`);
    process.exit(notStartedStatus);
  }
  endWith(process.stdin);
  const running = new Running(plugin, greeting.secret);
  try {
    await bindUnix(running.server, greeting.socket);
  } catch (error) {
    log.critical(`the socket of the gateway cannot be listened on: ${error.message}`);
    process.exit(1);
  }
}

/**
 * Runs a plugin for a gateway that finds it by its address.
 * @param {object} plugin
 * @param {string} address "unix:/path", or "host:port", which must be of loopback without certificates.
 * @param {{ secretFile?: string, tls?: { cert: string, key: string, ca: string } }} [options] Files.
 * @returns {Promise<{ port: number, close: () => void }>}
 */
export async function listen(plugin, address, { secretFile, tls } = {}) {
  const isUnix = address.startsWith('unix:');
  if (!isUnix && !tls && !loopback.test(address)) throw new Error(`${address} is not of loopback: without certificates (tls) everybody could read and call`);
  const secret = secretFile === undefined ? null : readFileSync(secretFile, 'utf8').trim();
  if (secret === '') throw new Error(`${secretFile} is empty; it must hold the secret that the gateway has`);
  const credentials = tls
    ? grpc.ServerCredentials.createSsl(readFileSync(tls.ca), [{ cert_chain: readFileSync(tls.cert), private_key: readFileSync(tls.key) }], true)
    : grpc.ServerCredentials.createInsecure();
  const running = new Running(plugin, secret);
  try {
    const port = isUnix ? await bindUnix(running.server, address.slice('unix:'.length)) : await bind(running.server, address, credentials);
    return { port, close: () => running.close() };
  } catch (error) {
    running.close();
    throw error;
  }
}
