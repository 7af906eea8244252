import { printable } from './printable.ts';

/** Rows of `--fields` in text: tab-separated in the order asked, nested values as compact JSON, missing empty. */
export function formatFields(records: Record<string, unknown>[], fields: string[]): string[] {
  return records.map((record) => fields.map((field) => formatValue(record[field])).join('\t'));
}

function formatValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
