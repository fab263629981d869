import { BodyNeed, Layer, Reach } from './contract.js';
import { stageNamed, stages } from './stages.js';

const layers = {
  server: Layer.LAYER_SERVER,
  endpoint: Layer.LAYER_ENDPOINT,
  proxy: Layer.LAYER_PROXY,
  backend: Layer.LAYER_BACKEND,
  client: Layer.LAYER_CLIENT,
  executor: Layer.LAYER_EXECUTOR,
  'http-server': Layer.LAYER_HTTP_SERVER,
  'http-client': Layer.LAYER_HTTP_CLIENT,
  'request-modifier': Layer.LAYER_REQUEST_MODIFIER,
  'response-modifier': Layer.LAYER_RESPONSE_MODIFIER,
  middleware: Layer.LAYER_MIDDLEWARE,
};
const reaches = { service: Reach.REACH_SERVICE, endpoints: Reach.REACH_ENDPOINTS };
const bodyNeeds = { none: BodyNeed.BODY_NEED_UNSPECIFIED, buffered: BodyNeed.BODY_NEED_BUFFERED, streamed: BodyNeed.BODY_NEED_STREAMED };
const dataLayers = new Set(['proxy', 'backend', 'executor', 'request-modifier', 'response-modifier', 'middleware']);
// Around an exchange with the client, which goes on once.
const exchangeLayers = new Set(['server', 'endpoint', 'http-server']);
const needNames = ['requestHead', 'requestBody', 'responseHead', 'responseBody', 'claims', 'headers'];

// Bodies are asked for by whoever wants them.
const defaultNeeds = {
  executor: { requestHead: true },
  'request-modifier': { requestHead: true },
  'response-modifier': { responseHead: true },
};
const aroundNeeds = { requestHead: true, responseHead: true };

const listed = names => names.map(name => JSON.stringify(name)).join(', ');

function pick(table, value, what) {
  if (!Object.hasOwn(table, value)) throw new TypeError(`${JSON.stringify(value)} is no ${what}; ${listed(Object.keys(table))} are`);
  return table[value];
}

/** The message of what a component needs. Throws a TypeError on what is no need. */
export function needsMessage(needs, what) {
  const unknown = Object.keys(needs).find(name => !needNames.includes(name));
  if (unknown) throw new TypeError(`${what}: ${JSON.stringify(unknown)} is no need; ${listed(needNames)} are`);
  const { requestHead = false, requestBody = 'none', responseHead = false, responseBody = 'none', claims = false, headers = [] } = needs;
  return {
    requestHead,
    requestBody: pick(bodyNeeds, requestBody, `${what} need of a body`),
    responseHead,
    responseBody: pick(bodyNeeds, responseBody, `${what} need of a body`),
    claims,
    headers: [...headers],
  };
}

function stageMessage(stage, layer) {
  if (stage === undefined) return null;
  if (typeof stage === 'string') {
    const known = stageNamed(layer, stage);
    if (!known) throw new TypeError(`${JSON.stringify(stage)} is no stage of the layer ${layer}; ${listed(Object.keys(stages[layer] ?? {}))} are, and before or after them`);
    return known;
  }
  if (!Number.isInteger(stage?.order)) throw new TypeError(`a stage is a name or { order, name }; ${JSON.stringify(stage)} is neither`);
  return { order: stage.order, name: stage.name ?? '', exclusive: stage.exclusive ?? '' };
}

/** A plugin: what the gateway can use of it, by names and layers. */
class Plugin {
  components = [];
  healthCheck = () => undefined;

  constructor(id, version) {
    this.id = id;
    this.version = version;
  }

  /** Sets what says how the plugin is, several times a second: undefined for well, or { status: 'degraded' | 'not-serving', message }. */
  health(check) {
    this.healthCheck = check;
    return this;
  }

  #add(layer, name, options, factory) {
    if (typeof options === 'function') [options, factory] = [{}, options];
    if (typeof factory !== 'function') throw new TypeError(`${name}: the last argument is a function that makes a handler of a configuration`);
    if (this.find(name, layer)) throw new TypeError(`${name} stands twice at the layer ${layer}`);
    const { needs = defaultNeeds[layer] ?? aroundNeeds, stage, reach } = options;
    this.components.push({
      name,
      layer: layers[layer],
      layerName: layer,
      hasData: dataLayers.has(layer),
      isExchange: exchangeLayers.has(layer),
      needs: needsMessage(needs, name),
      stage: stageMessage(stage, layer),
      reach: reach === undefined ? Reach.REACH_UNSPECIFIED : pick(reaches, reach, 'reach'),
      factory,
    });
    return this;
  }

  /** The component of a name at a layer, by the layer's name or number. */
  find(name, layer) {
    return this.components.find(one => one.name === name && (one.layerName === layer || one.layer === layer));
  }

  static {
    // server, endpoint, …, httpServer, requestModifier …: (name, options?, factory)
    for (const layer of Object.keys(layers)) {
      const method = layer.replace(/-./g, text => text[1].toUpperCase());
      this.prototype[method] = function add(name, options, factory) {
        return this.#add(layer, name, options, factory);
      };
    }
  }
}

/**
 * Begins a plugin.
 * @param {string} id As in plugin.json: "acme.audit".
 * @param {string} version "1.2.0"
 */
export const plugin = (id, version) => new Plugin(id, version);
