/** Shorter ones would make text unreadable, and hide nothing. */
const LEAST_CHARS = 4;

/** Replaces secrets in text, each line of one that has several too. */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const values = [...new Set([...secrets].flatMap((secret) => [secret, ...secret.split(/\r?\n/)]))]
    .map((value) => value.trim())
    .filter((value) => value.length >= LEAST_CHARS)
    .sort((a, b) => b.length - a.length);
  return (text) => values.reduce((clean, value) => clean.replaceAll(value, '***'), text);
}
