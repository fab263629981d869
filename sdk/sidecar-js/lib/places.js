import { BodyNeed, Severity } from './contract.js';
import { ConfigError } from './errors.js';
import { isBlindToResponses, runnerOf } from './handlers.js';
import { log } from './log.js';
import { needsMessage } from './plugin.js';

const parse = bytes => (bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : null);

/** What a factory is told about where its configuration stands, and what it tells about it. */
class Place {
  #diagnostics;
  #declared;

  constructor(message, declared, diagnostics) {
    this.#diagnostics = diagnostics;
    const { placeId, name, position, path, logPrefix, endpoint, backend, serviceConfigJson } = message;
    this.id = placeId;
    Object.assign(this, { name, position, path, logPrefix, endpoint, backend });
    this.serviceConfig = parse(serviceConfigJson);
    this.#declared = declared;
    this.narrowed = null;
    this.propagated = [];
  }

  /** What it needs with this configuration, where that is less than its component declared. */
  needs(needs) {
    const narrowed = needsMessage(needs, this.name);
    const grown = ['requestHead', 'requestBody', 'responseHead', 'responseBody', 'claims'].find(name => narrowed[name] && narrowed[name] !== this.#declared[name]);
    if (grown) throw new TypeError(`${this.name} did not declare its need of ${grown} with this value; needs of a place cannot grow`);
    this.narrowed = narrowed;
  }

  /** Headers of the request that reach every backend whatever `input_headers` lists (endpoint). */
  propagateHeaders(...names) {
    this.propagated.push(...names);
  }

  /** A finding that stops nothing. */
  warn(path, message) {
    this.#diagnostics.push({ placeId: this.id, severity: Severity.SEVERITY_WARNING, path, message });
  }
}

/** The uses of the plugin's components in the configurations that are alive. */
export class Places {
  #plugin;
  #byId = new Map();

  constructor(plugin) {
    this.#plugin = plugin;
  }

  /** The place that calls name by a number. */
  get(id) {
    return this.#byId.get(id);
  }

  /** Takes places of a configuration; gives the message that answers. */
  async configure({ generation, places }) {
    const diagnostics = [];
    const configured = await Promise.all(places.map(message => this.#build(generation, message, diagnostics)));
    return { places: configured, diagnostics };
  }

  async #build(generation, message, diagnostics) {
    const { placeId, name, layer } = message;
    try {
      const component = this.#plugin.find(name, layer);
      if (!component) throw new ConfigError('', `the plugin ${this.#plugin.id} has no ${name} at this layer`);
      const place = new Place(message, component.needs, diagnostics);
      const handler = await component.factory(parse(message.configJson), place);
      if (handler === null || handler === undefined) return { placeId, isUnused: true };
      const needs = place.narrowed ?? (isBlindToResponses(handler) ? { ...component.needs, responseHead: false, responseBody: BodyNeed.BODY_NEED_UNSPECIFIED } : component.needs);
      this.#byId.set(placeId, {
        name,
        generation,
        needs,
        hasData: component.hasData,
        isExchange: component.isExchange,
        isExecutor: component.layerName === 'executor',
        isResponseModifier: component.layerName === 'response-modifier',
        logPrefix: message.logPrefix,
        run: runnerOf(component.layerName, handler, name),
        close: () => handler.close?.(),
      });
      return { placeId, needs: needs === component.needs ? null : needs, propagatedHeaders: place.propagated };
    } catch (error) {
      diagnostics.push({ placeId, severity: Severity.SEVERITY_ERROR, ...this.#finding(error, message) });
      return { placeId };
    }
  }

  #finding(error, { name, logPrefix }) {
    if (error instanceof ConfigError) return { path: error.path, message: error.message, refusesStart: error.refusesStart };
    log.error(`${logPrefix}[${name}] ${error?.stack ?? error}`);
    return { path: '', message: `${name} could not be set up; the log of the plugin says why` };
  }

  /** Releases the places of a configuration that is no longer used. */
  async retire(generation) {
    for (const [id, place] of this.#byId) {
      if (place.generation !== generation) continue;
      this.#byId.delete(id);
      try {
        await place.close();
      } catch (error) {
        log.error(`${place.logPrefix}[${place.name}] ${error?.stack ?? error}`);
      }
    }
  }
}
