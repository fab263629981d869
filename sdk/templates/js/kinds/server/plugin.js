import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// Nothing of the request is needed, so nothing but its beginning is sent here.
sample.server('acme/sample', { needs: {} }, ({ header, value }) => {
  if (typeof header !== 'string') throw new ConfigError('header', 'the name of a header is required');
  return {
    onRequest(request) {
      request.responseHeaders.set(header, value);
    },
  };
});

await serve(sample, import.meta);
