import { randomBytes, randomInt } from 'node:crypto';

const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Id of an instance: "i" and 16 lower-case letters and digits. */
export function makeInstanceId(): string {
  return `i${Array.from({ length: 16 }, () => characters[randomInt(characters.length)]).join('')}`;
}

export const instanceIdPattern = /^i[a-z0-9]{16}$/;

/** Secret that calls to one agent carry. */
export function makeAgentToken(): string {
  return randomBytes(32).toString('base64url');
}
