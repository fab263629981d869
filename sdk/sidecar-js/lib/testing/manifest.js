/** What plugin.json says otherwise than the plugin; the gateway would not use it. */
export function manifestDifferences(plugin, manifest) {
  const differences = [];
  for (const name of ['id', 'version'])
    if (manifest[name] !== plugin[name]) differences.push(`${name} is ${JSON.stringify(manifest[name])} in plugin.json and ${JSON.stringify(plugin[name])} in the plugin`);
  const listed = new Set([
    ...(manifest.namespaces ?? []).map(({ name, layer }) => `${name} (${layer})`),
    ...(manifest.plugins ?? []).map(({ name, kind }) => `${name} (${kind})`),
  ]);
  const has = new Set(plugin.components.map(({ name, layerName }) => `${name} (${layerName})`));
  for (const one of listed) if (!has.has(one)) differences.push(`plugin.json has ${one}, the plugin has not`);
  for (const one of has) if (!listed.has(one)) differences.push(`the plugin has ${one}, plugin.json has not`);
  return differences;
}
