import { BodyNeed } from '../contract.js';

const has = {
  request_head: needs => needs.requestHead,
  request_body: needs => needs.requestBody !== BodyNeed.BODY_NEED_UNSPECIFIED,
  response_head: needs => needs.responseHead,
  response_body: needs => needs.responseBody !== BodyNeed.BODY_NEED_UNSPECIFIED,
  claims: needs => needs.claims,
};

const listed = manifest => [...(manifest.namespaces ?? []), ...(manifest.plugins ?? []).map(one => ({ ...one, layer: one.kind }))];

/** What plugin.json says otherwise than the plugin: the gateway would not use it, or would send it less than it needs. */
export function manifestDifferences(plugin, manifest) {
  const differences = [];
  for (const name of ['id', 'version'])
    if (manifest[name] !== plugin[name]) differences.push(`${name} is ${JSON.stringify(manifest[name])} in plugin.json and ${JSON.stringify(plugin[name])} in the plugin`);
  const seen = new Set();
  for (const entry of listed(manifest)) {
    const component = plugin.find(entry.name, entry.layer);
    if (component) differences.push(...entryDifferences(entry, component));
    else differences.push(`plugin.json has ${entry.name} (${entry.layer}), the plugin has not`);
    seen.add(component);
  }
  for (const component of plugin.components)
    if (!seen.has(component)) differences.push(`the plugin has ${component.name} (${component.layerName}), plugin.json has not`);
  return differences;
}

function* entryDifferences({ name, layer, stage, needs }, component) {
  const own = component.stage?.name;
  if (stage !== undefined && own !== undefined && stage !== own) yield `${name} (${layer}) stands at ${JSON.stringify(stage)} in plugin.json and at ${JSON.stringify(own)} in the plugin`;
  if (!needs) return;
  for (const [need, isNeeded] of Object.entries(has))
    if (isNeeded(component.needs) && (needs[need] ?? 'none') in { false: 1, none: 1 }) yield `${name} (${layer}) needs ${need}, which plugin.json does not allow`;
  const allowed = (needs.headers ?? []).map(header => header.toLowerCase());
  const missing = component.needs.headers.find(header => !allowed.includes(header.toLowerCase()));
  if (allowed.length > 0 && component.needs.headers.length === 0) yield `${name} (${layer}) needs all headers, plugin.json allows ${allowed.join(', ')}`;
  else if (allowed.length > 0 && missing) yield `${name} (${layer}) needs the header ${missing}, which plugin.json does not allow`;
}
