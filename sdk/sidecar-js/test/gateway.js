// A gateway as a plugin sees one: it starts the program, greets it, and speaks the protocol with grpc-js.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { clientService } from '../lib/contract.js';
import { GatewayCalls } from '../lib/testing/gateway_calls.js';

const Client = grpc.makeGenericClientConstructor(clientService, 'PluginService');
const limit = 20_000;

/** A promise that must not take longer than a test may. */
export const inTime = (promise, what) => {
  const done = new AbortController();
  const late = setTimeout(limit, undefined, { signal: done.signal }).then(() => Promise.reject(new Error(`${what} took too long`)));
  late.catch(() => {});
  return Promise.race([promise, late]).finally(() => done.abort());
};

/** A program and what it prints. */
export class Program {
  lines = [];
  #watchers = new Set();

  constructor(script, options = {}) {
    const file = fileURLToPath(new URL(`fixtures/${script}`, import.meta.url));
    this.child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    this.ended = once(this.child, 'close').then(([status, signal]) => ({ status, signal }));
    // One that has ended already reads nothing.
    this.child.stdin?.on('error', () => {});
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface(stream).on('line', line => {
        this.lines.push(line);
        for (const watch of this.#watchers) watch();
      });
    }
  }

  /** The first line, printed already or not yet, that a function takes. */
  line(isIt) {
    const found = new Promise(resolve => {
      const watch = () => {
        const line = this.lines.find(isIt);
        if (line === undefined) return;
        this.#watchers.delete(watch);
        resolve(line);
      };
      this.#watchers.add(watch);
      watch();
    });
    return inTime(found, 'a line');
  }

  end() {
    return inTime(this.ended, 'the end of the program');
  }
}

/** What a test holds of a running plugin. */
export class Gateway {
  #placeCount = 0;
  /** Messages of Handle as they came. */
  messages = [];

  static async start(t, script = 'plugin.js', { secret = 'Zm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVzIGxvbmcuLi4', greeting = {} } = {}) {
    const gateway = new Gateway();
    gateway.folder = mkdtempSync(join(tmpdir(), 'gw-'));
    gateway.socket = join(gateway.folder, '1');
    gateway.secret = secret;
    gateway.program = new Program(script, { env: {} });
    t.after(() => gateway.close());
    const line = { cookie: 'krakenplugins', socket: gateway.socket, secret, min_protocol: 1, max_protocol: 1, gateway_version: '0.6.0', ...greeting };
    gateway.program.child.stdin.write(`${JSON.stringify(line)}\n`);
    await Promise.race([
      inTime(gateway.#listening(), 'the start'),
      gateway.program.ended.then(end => Promise.reject(new Error(`ended: ${JSON.stringify(end)} ${gateway.program.lines.join('\n')}`))),
    ]);
    gateway.client = new Client(`unix:${gateway.socket}`, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': 16 << 20,
      'grpc.max_send_message_length': -1,
    });
    return gateway;
  }

  // As the gateway dials; a client of grpc-js would pause for a second after the first attempt that fails.
  async #listening() {
    while (this.program.child.exitCode === null && !(await this.#answers())) await setTimeout(5);
  }

  #answers() {
    return new Promise(resolve => {
      const socket = connect(this.socket, () => (socket.destroy(), resolve(true)));
      socket.on('error', () => resolve(false));
    });
  }

  metadata(secret = this.secret) {
    const metadata = new grpc.Metadata();
    if (secret !== null) metadata.set('krakenplugins-secret', secret);
    return metadata;
  }

  unary(method, request = {}, secret = this.secret) {
    const answer = new Promise((resolve, reject) =>
      this.client[method](request, this.metadata(secret), { deadline: Date.now() + limit }, (error, response) => (error ? reject(error) : resolve(response))));
    return inTime(answer, method);
  }

  async describe(limits = null) {
    return (this.description = await this.unary('Describe', { minProtocol: 1, maxProtocol: 1, gatewayVersion: '0.6.0', limits }));
  }

  /** Opens the stream, for calls or, with a function, for frames as they are. */
  open(receive = null) {
    this.stream = this.client.Handle(this.metadata());
    this.streamError = new Promise(resolve => this.stream.on('error', resolve));
    this.calls = new GatewayCalls(frame => this.stream.write({ frames: [frame] }));
    this.stream.on('data', message => {
      this.messages.push(message);
      if (receive) message.frames.forEach(receive);
      else this.calls.receive(message.frames);
    });
    this.stream.on('end', () => this.calls.close(new Error('the stream has ended')));
    void this.streamError.then(error => this.calls.close(error));
    return this;
  }

  async configure(name, config = {}, layer = undefined, generation = 1) {
    const { components } = this.description ?? (await this.describe());
    const component = components.find(one => one.name === name && (layer === undefined || one.layer === layer));
    const placeId = ++this.#placeCount;
    const place = { placeId, name, layer: component.layer, configJson: Buffer.from(JSON.stringify(config)), logPrefix: '[ENDPOINT: /t]' };
    const { places, diagnostics } = await this.unary('Configure', { generation, places: [place] });
    const hasData = ![1, 2, 5, 7, 8].includes(component.layer);
    return { id: placeId, needs: places[0].needs ?? component.needs, hasData, isUnused: places[0].isUnused, diagnostics };
  }

  call(place, options) {
    return inTime(this.calls.call(place, options), 'a call');
  }

  async close() {
    this.stream?.cancel();
    this.client?.close();
    this.program.child.kill('SIGKILL');
    await this.program.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Frames as they come, in order. */
export class Frames {
  #frames = [];
  #waiting = null;

  add = frame => {
    this.#frames.push(frame);
    this.#waiting?.();
  };

  /** The next one. */
  async next() {
    while (this.#frames.length === 0) await inTime(new Promise(resolve => (this.#waiting = resolve)), 'a frame');
    return this.#frames.shift();
  }

  get waiting() {
    return this.#frames.length;
  }
}
