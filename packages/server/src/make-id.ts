import { randomFillSync } from 'node:crypto';
import { ID_LENGTH, type IdKind, idPrefixes } from '@nullspace/contract';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random bytes drawn ahead: every request needs some, and drawing many costs hardly more than drawing a few. */
const drawn = new Uint8Array(4096);
let used = drawn.length;

function randomByte(): number {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  const byte = drawn[used]!;
  // What has become part of an id is nobody's business any more.
  drawn[used++] = 0;
  return byte;
}

/** Random lower-case letters and digits, each equally likely. */
export function randomWord(length: number): string {
  let word = '';
  while (word.length < length) {
    const byte = randomByte();
    // 252 is the largest multiple of 36 that a byte can reach; beyond it some characters would be likelier.
    if (byte < 252) word += alphabet[byte % 36];
  }
  return word;
}

/** A fresh id of that kind: its prefix and 20 lower-case letters and digits. */
export function makeId(kind: IdKind): string {
  return idPrefixes[kind] + randomWord(ID_LENGTH);
}
