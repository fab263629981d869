import { ConfigError, Refusal, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// Nothing stands behind an executor: what it returns is the answer.
sample.executor('acme/sample', { needs: { requestHead: true } }, ({ text }) => {
  if (typeof text !== 'string') throw new ConfigError('text', 'a text is required');
  return request => {
    if (request.method !== 'GET') throw new Refusal(405, `${request.method} is not supported`);
    return { data: { text, id: request.parameters.get('Id') ?? undefined } };
  };
});

await serve(sample, import.meta);
