import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// The field and its text are what the namespace holds in an endpoint's extra_config.
sample.proxy('acme/sample', { needs: { responseBody: 'buffered' } }, ({ field = 'note', text }) => {
  if (typeof text !== 'string') throw new ConfigError('text', 'a text is required: what the field is to say');
  return {
    onResponse(response) {
      // A failure, or the raw answer of a no-op endpoint, has no data.
      if (response.data) response.data[field] = text;
    },
  };
});

await serve(sample, import.meta);
