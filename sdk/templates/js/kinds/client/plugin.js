import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// Nothing of the call is needed, so nothing but its beginning is sent here.
sample.client('acme/sample', { needs: {} }, ({ user, password }) => {
  if (typeof user !== 'string' || user.includes(':')) throw new ConfigError('user', 'a name without colon is required');
  const value = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return {
    onRequest(request) {
      request.headers.set('Authorization', value);
    },
  };
});

await serve(sample, import.meta);
