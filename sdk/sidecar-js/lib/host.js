import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { HealthStatus, protocolVersion, service } from './contract.js';
import { agreedLimits, ownLimits } from './limits.js';
import { Link } from './link.js';
import { log } from './log.js';
import { Places } from './places.js';

const { status } = grpc;
const healths = { serving: HealthStatus.HEALTH_STATUS_SERVING, degraded: HealthStatus.HEALTH_STATUS_DEGRADED, 'not-serving': HealthStatus.HEALTH_STATUS_NOT_SERVING };

const digest = text => createHash('sha256').update(text).digest();
/** How a call of the service ends that this library refuses; anything else that is thrown is the plugin's and stays in its log. */
class StatusError extends Error {
  constructor(code, details) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

const unauthenticated = () => new StatusError(status.UNAUTHENTICATED, 'the secret of this plugin is missing or wrong');

/** The plugin as a gRPC service. */
export class Host {
  #plugin;
  #secret;
  #onShutdown;
  #places;
  #limits = ownLimits;
  // Each with its stream.
  #links = new Map();
  #idle = [];

  /**
   * @param {object} options
   * @param {string | null} options.secret What every call must carry; null where there is none.
   * @param {() => void} options.onShutdown Told when the gateway asked for the end and has its answer.
   */
  constructor(plugin, { secret, onShutdown }) {
    this.#plugin = plugin;
    this.#secret = secret === null ? null : digest(secret);
    this.#onShutdown = onShutdown;
    this.#places = new Places(plugin);
  }

  /** A server with the service, which listens nowhere yet. */
  server() {
    const server = new grpc.Server({
      'grpc.max_receive_message_length': ownLimits.maxMessageBytes,
      'grpc.max_send_message_length': ownLimits.maxMessageBytes,
      'grpc.max_concurrent_streams': 100,
    });
    server.addService(service, {
      Describe: this.#unary(request => this.#describe(request)),
      Configure: this.#unary(request => this.#places.configure(request)),
      Retire: this.#unary(async ({ generation }) => (await this.#places.retire(generation), {})),
      Health: this.#unary(() => this.#health()),
      Shutdown: this.#unary(async ({ graceMs }) => (await this.drain(graceMs), setImmediate(this.#onShutdown), {})),
      Handle: stream => this.#handle(stream),
    });
    return server;
  }

  #isOurs(metadata) {
    const [secret, ...others] = metadata.get('krakenplugins-secret');
    // Digests have one length, so the comparison tells nothing of the secret's.
    return this.#secret === null || (typeof secret === 'string' && others.length === 0 && timingSafeEqual(digest(secret), this.#secret));
  }

  #unary(work) {
    return async (call, reply) => {
      if (!this.#isOurs(call.metadata)) return reply(unauthenticated());
      try {
        reply(null, await work(call.request));
      } catch (error) {
        if (error instanceof StatusError) return reply(error);
        log.error(error?.stack ?? error);
        reply(new StatusError(status.INTERNAL, 'the plugin failed; its log says why'));
      }
    };
  }

  #describe({ minProtocol, maxProtocol, limits }) {
    if (minProtocol > protocolVersion || maxProtocol < protocolVersion) {
      const theirs = minProtocol === maxProtocol ? minProtocol : `${minProtocol} to ${maxProtocol}`;
      throw new StatusError(status.FAILED_PRECONDITION, `speaks protocol ${protocolVersion}, the gateway ${theirs}`);
    }
    this.#limits = agreedLimits(limits);
    const { id, version, components } = this.#plugin;
    return { protocol: protocolVersion, id, version, components: components.map(({ name, layer, stage, needs, reach }) => ({ name, layer, stage, needs, reach })), limits: ownLimits };
  }

  async #health() {
    const { status: name = 'serving', message = '' } = (await this.#plugin.healthCheck()) ?? {};
    return { status: healths[name] ?? HealthStatus.HEALTH_STATUS_SERVING, message };
  }

  #handle(stream) {
    if (!this.#isOurs(stream.metadata)) return void stream.emit('error', unauthenticated());
    const link = new Link({ places: this.#places, limits: () => this.#limits, write: message => stream.write(message), onIdle: () => this.#checkIdle() });
    const close = () => {
      this.#links.delete(link);
      link.close();
      this.#checkIdle();
    };
    this.#links.set(link, stream);
    stream.on('data', ({ frames }) => link.receive(frames));
    stream.on('drain', () => link.drained());
    stream.on('end', () => (close(), stream.end()));
    for (const event of ['cancelled', 'error', 'close']) stream.on(event, close);
  }

  get #isIdle() {
    return [...this.#links.keys()].every(link => link.calls.size === 0);
  }

  #checkIdle() {
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve(true);
  }

  /** Says that no new calls should come. */
  goAway(reason) {
    for (const link of this.#links.keys()) link.send(0, 'goingAway', { reason });
  }

  /**
   * Waits for the calls under way.
   * @param {number} milliseconds At most so long; 0 for 10 s.
   * @param {number} [linger] Milliseconds in which calls may still arrive that crossed {@link goAway}.
   */
  async drain(milliseconds, linger = 0) {
    const limit = setTimeout(milliseconds || 10_000, false, { ref: false });
    for (;;) {
      const isIdle = this.#isIdle || (await Promise.race([new Promise(resolve => this.#idle.push(resolve)), limit]));
      if (!isIdle) return log.warning(`${this.#plugin.id} ends although calls are still under way`);
      if (linger === 0 || this.#links.size === 0) return;
      await setTimeout(linger);
      if (this.#isIdle) return;
    }
  }

  /** Ends the streams. */
  end() {
    for (const [link, stream] of this.#links) {
      link.flush();
      stream.end();
    }
  }
}
