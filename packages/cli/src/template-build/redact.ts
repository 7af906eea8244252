/** A request without what must not be shown: registry logins and the values of secrets. */
export function redact(request: Record<string, unknown>): Record<string, unknown> {
  const { base_image_auth: auth, build_secrets: secrets } = request as {
    base_image_auth?: Record<string, unknown>;
    build_secrets?: Record<string, unknown>[];
  };
  const shown = new Set(['kind', 'region']);
  return {
    ...request,
    ...(auth && {
      base_image_auth: Object.fromEntries(
        Object.entries(auth).map(([name, value]) => [name, shown.has(name) ? value : '[REDACTED]']),
      ),
    }),
    ...(secrets && { build_secrets: secrets.map((secret) => ({ ...secret, value: '[REDACTED]' })) }),
  };
}
