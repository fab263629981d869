import { ConfigError, Refusal, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// The namespace may hold the settings of several plugins, each under its name.
const tenantOf = config => {
  const { tenant } = config['acme.sample'] ?? config;
  if (typeof tenant !== 'string') throw new ConfigError('acme.sample.tenant', 'the name of a tenant is required');
  return tenant;
};

sample.requestModifier('acme.sample', { needs: { requestHead: true, headers: ['X-Tenant'] } }, config => {
  const tenant = tenantOf(config);
  return request => {
    if ((request.headers.get('X-Tenant') ?? tenant) !== tenant) throw new Refusal(403, 'another tenant');
    request.headers.set('X-Tenant', tenant);
  };
});

sample.responseModifier('acme.sample', { needs: { responseBody: 'buffered' } }, config => {
  const tenant = tenantOf(config);
  return response => {
    if (response.data) response.data.tenant = tenant;
  };
});

await serve(sample, import.meta);
