import { randomBytes } from 'node:crypto';
import { ID_LENGTH, type IdKind, idPrefixes } from '@nullspace/contract';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random lower-case letters and digits, each equally likely. */
export function randomWord(length: number): string {
  let word = '';
  while (word.length < length) {
    for (const byte of randomBytes(length * 2)) {
      // 252 is the largest multiple of 36 that a byte can reach; beyond it some characters would be likelier.
      if (byte < 252 && word.length < length) word += alphabet[byte % 36];
    }
  }
  return word;
}

/** A fresh id of that kind: its prefix and 20 lower-case letters and digits. */
export function makeId(kind: IdKind): string {
  return idPrefixes[kind] + randomWord(ID_LENGTH);
}
