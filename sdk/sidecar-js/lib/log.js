import { inspect } from 'node:util';

// Each line has its level: the gateway reads line by line.
const line = (level, parts) => parts
  .map(part => (typeof part === 'string' ? part : inspect(part)))
  .join(' ')
  .split('\n')
  .map(text => `${level} ${text}\n`)
  .join('');

/** The gateway's log. Takes texts, errors and values, as console.log does. */
export const log = {
  debug: (...parts) => void process.stdout.write(line('DEBUG', parts)),
  info: (...parts) => void process.stdout.write(line('INFO', parts)),
  warning: (...parts) => void process.stderr.write(line('WARNING', parts)),
  error: (...parts) => void process.stderr.write(line('ERROR', parts)),
  critical: (...parts) => void process.stderr.write(line('CRITICAL', parts)),
};
