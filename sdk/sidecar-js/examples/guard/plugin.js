// Lets requests in that bring the token of an environment variable, and refuses others with 401.
import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigError, plugin, Refusal, serve } from '@krakenplugins/sidecar';

const digest = text => createHash('sha256').update(text).digest();

export const guard = plugin('acme.guard', '1.0.0').endpoint(
  'acme/guard',
  { stage: 'authentication', needs: { requestHead: true, headers: ['Authorization'] } },
  config => {
    const token = process.env[config?.token_variable ?? 'GUARD_TOKEN'];
    if (!token) throw new ConfigError('token_variable', 'names no variable that is set; permissions.environment lets it in', { refusesStart: true });
    const expected = digest(`Bearer ${token}`);
    return request => {
      const given = request.headers.get('Authorization');
      if (given && timingSafeEqual(digest(given), expected)) return request;
      throw new Refusal(401, 'the token is missing or wrong', { headers: { 'WWW-Authenticate': 'Bearer' } });
    };
  },
);

await serve(guard, import.meta);
