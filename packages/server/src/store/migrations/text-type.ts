import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';

export type TextType = RawBuilder<unknown>;

/** Text compared byte by byte, so that both databases sort alike and an index serves every comparison. */
export function textType(dialect: Dialect): TextType {
  return dialect === 'postgres' ? sql`text collate "C"` : sql`text`;
}
