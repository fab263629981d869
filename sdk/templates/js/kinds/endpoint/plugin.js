import { ConfigError, Refusal, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

sample.endpoint('acme/sample', { needs: { requestHead: true } }, ({ header, status = 400 }) => {
  if (typeof header !== 'string') throw new ConfigError('header', 'the name of a header is required');
  return {
    onRequest(request) {
      if (!request.headers.has(header)) throw new Refusal(status, `there is no header ${header}`);
    },
  };
});

await serve(sample, import.meta);
