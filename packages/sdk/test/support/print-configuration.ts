import { resolveApiKey, resolveBaseUrl, SandboxError } from '../../src/index.ts';

// Run as a program of its own: prints what it resolves, or the error on stderr.
try {
  const { apiKey, baseUrl } = JSON.parse(process.argv[2] ?? '{}');
  console.log(JSON.stringify({ apiKey: resolveApiKey(apiKey), baseUrl: resolveBaseUrl(baseUrl) }));
} catch (error) {
  if (error instanceof SandboxError) console.error(error.name, error.code);
  else console.error(error);
  process.exitCode = 1;
}
