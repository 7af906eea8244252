/** Values that are the caller's or the server's own, whose keys stay as they are. */
const untouched = new Set([
  'metadata',
  'labels',
  'details',
  'buildPlan',
  'ociMetadata',
  'rolloutStatus',
  'cacheSummary',
]);

/** A record of the SDK in the API's names: `buildId` → `build_id`, dates as ISO 8601, nothing where nothing is known. */
export function snakeCase(record: object): Record<string, unknown> {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      untouched.has(name) ? value : written(value),
    ]),
  );
}

function written(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(written);
  return typeof value === 'object' && value !== null ? snakeCase(value) : value;
}
