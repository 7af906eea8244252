import { randomBytes, randomInt } from 'node:crypto';

const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Id of an instance: "i" and 16 lower-case letters and digits. */
export function makeInstanceId(): string {
  return `i${Array.from({ length: 16 }, () => characters[randomInt(characters.length)]).join('')}`;
}

/** Id of the snapshot of one fork: "fork_" and the characters of an instance's. */
export function makeForkId(): string {
  return makeInstanceId().replace(/^i/, 'fork_');
}

/** Content of a machine-id file: 32 hexadecimal digits. */
export function makeMachineId(): string {
  return randomBytes(16).toString('hex');
}

export const instanceIdPattern = /^i[a-z0-9]{16}$/;

/** Secret that calls to one agent carry. */
export function makeAgentToken(): string {
  return randomBytes(32).toString('base64url');
}
