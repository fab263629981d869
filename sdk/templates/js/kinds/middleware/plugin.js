import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// The namespace may hold the settings of several plugins, each under its name.
sample.middleware('acme.sample', { needs: { responseHead: true } }, config => {
  const { text } = config['acme.sample'] ?? config;
  if (typeof text !== 'string') throw new ConfigError('acme.sample.text', 'a text is required');
  return async (request, next) => {
    const response = await next(request);
    // What has data beside its failure is the incomplete answer of those backends that did answer.
    if (!response.failure || response.isData || response.failure.kind === 'client-aborted') return response;
    return { data: { fallback: text }, isComplete: false };
  };
});

await serve(sample, import.meta);
