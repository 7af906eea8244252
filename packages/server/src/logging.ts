import { type DestinationStream, type Logger, pino } from 'pino';

/** JSON log lines. What could hold a secret is cut out even where nobody means to log it. */
export function createLog(options: { level: string; destination?: DestinationStream }): Logger {
  const secrets = ['authorization', 'api_key', 'key', 'token', 'agentToken', 'envs', 'env', 'password'];
  return pino(
    {
      level: options.level,
      base: { service: 'server' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
    },
    options.destination ?? pino.destination(1),
  );
}
