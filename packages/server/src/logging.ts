import { type Logger, openLog } from '@nullspace/service';
import { type DestinationStream, stdTimeFunctions } from 'pino';

/** JSON log lines. What could hold a secret is cut out even where nobody means to log it. */
export function createLog(options: { level: string; destination?: DestinationStream }): Logger {
  const secrets = [
    'authorization',
    'api_key',
    'key',
    'token',
    'agentToken',
    'envs',
    'env',
    'password',
    'secret',
    'signing_secret',
  ];
  return openLog({
    ...options,
    base: { service: 'server' },
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
  });
}
