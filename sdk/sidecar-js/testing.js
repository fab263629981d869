// Tests a plugin's handlers without a gateway and without a socket; everything that is said goes through the messages of the contract.
import { readFileSync } from 'node:fs';
import { codec, Severity } from './lib/contract.js';
import { ownLimits } from './lib/limits.js';
import { Link } from './lib/link.js';
import { Places } from './lib/places.js';
import { manifestDifferences } from './lib/testing/manifest.js';
import { GatewayCalls } from './lib/testing/gateway_calls.js';

const through = name => {
  const { encode, decode } = codec(name);
  return message => decode(encode(message));
};
const [frame, configureRequest, configureResponse] = ['GatewayFrame', 'ConfigureRequest', 'ConfigureResponse'].map(through);
const { decode: decodeMessage } = codec('HandleResponse');
const severities = new Map([[Severity.SEVERITY_INFO, 'info'], [Severity.SEVERITY_WARNING, 'warning'], [Severity.SEVERITY_ERROR, 'error']]);

class TestHost {
  #plugin;
  #places;
  #link;
  #calls;
  #placeCount = 0;

  constructor(plugin) {
    this.#plugin = plugin;
    this.#places = new Places(plugin);
    this.#calls = new GatewayCalls(message => this.#link.receive([frame(message)]));
    const write = message => {
      this.#calls.receive(decodeMessage(message).frames);
      return true;
    };
    this.#link = new Link({ places: this.#places, limits: () => ownLimits, write });
  }

  /** Makes a place of a configuration; gives what was found wrong with it, and whether it needs no component. */
  async configure(name, config = null, { layer, place = {} } = {}) {
    const components = this.#plugin.components.filter(one => one.name === name && (layer === undefined || one.layerName === layer));
    if (components.length !== 1) throw new Error(`the plugin has ${components.length} components ${name}${components.length > 1 ? '; say which layer' : ''}`);
    const [component] = components;
    const placeId = ++this.#placeCount;
    const { serviceConfig, ...rest } = place;
    const json = value => Buffer.from(value === undefined || value === null ? '' : JSON.stringify(value));
    const message = { placeId, name, layer: component.layer, configJson: json(config), serviceConfigJson: json(serviceConfig), ...rest };
    const { places, diagnostics } = configureResponse(await this.#places.configure(configureRequest({ generation: placeId, places: [message] })));
    return {
      id: placeId,
      hasData: component.hasData,
      isExchange: component.isExchange,
      needs: places[0].needs ?? component.needs,
      isUnused: places[0].isUnused,
      propagatedHeaders: places[0].propagatedHeaders,
      diagnostics: diagnostics.map(({ severity, path, message, refusesStart }) => ({ severity: severities.get(severity), path, message, refusesStart })),
    };
  }

  /** Configures a component and calls it once. Rejects when its configuration is refused. */
  async call(name, config, { layer, place, ...options } = {}) {
    const configured = await this.configure(name, config, { layer, place });
    const error = configured.diagnostics.find(({ severity }) => severity === 'error');
    if (error) throw new Error(`${error.path}: ${error.message}`);
    if (configured.isUnused) throw new Error(`${name} needs no component with this configuration`);
    try {
      return await this.callPlace(configured, options);
    } finally {
      await this.#places.retire(configured.id);
    }
  }

  /** Calls what {@link configure} gave. */
  callPlace(configured, options) {
    return this.#calls.call(configured, options);
  }

  /** Throws when plugin.json says something else than the plugin. */
  checkManifest(file) {
    const differences = manifestDifferences(this.#plugin, JSON.parse(readFileSync(file, 'utf8')));
    if (differences.length > 0) throw new Error(differences.join('; '));
  }
}

/** A host for a plugin, in the process of the test. */
export const testHost = plugin => new TestHost(plugin);
