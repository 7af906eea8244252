import { formatAddress, parseAddress } from './address.ts';

interface Block {
  base: number;
  bits: number;
}

/**
 * Addresses and networks in canonical form, without those that lie inside others: packet filters refuse sets whose
 * members overlap. Undefined: one of them is no IPv4 address or network.
 */
export function canonicalNetworks(entries: readonly string[]): string[] | undefined {
  const blocks: Block[] = [];
  for (const entry of entries) {
    const block = parseBlock(entry);
    if (!block) return undefined;
    blocks.push(block);
  }
  // Wide ones first, so that what lies inside of them is known when it comes.
  blocks.sort((a, b) => a.bits - b.bits || a.base - b.base);
  const kept: Block[] = [];
  for (const block of blocks) if (!kept.some((wide) => contains(wide, block))) kept.push(block);
  return kept.sort((a, b) => a.base - b.base).map(({ base, bits }) => `${formatAddress(base)}/${bits}`);
}

/** Whether a network in canonical form lies whole inside one of these. */
export function liesWithin(network: string, others: readonly string[]): boolean {
  const block = parseBlock(network);
  return block !== undefined && others.some((other) => contains(parseBlock(other)!, block));
}

function parseBlock(text: string): Block | undefined {
  const match = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(text);
  const address = match && parseAddress(match[1]!);
  const bits = Number(match?.[2] ?? 32);
  if (address === null || address === undefined || bits > 32) return undefined;
  return { base: maskTo(address, bits), bits };
}

function contains(wide: Block, narrow: Block): boolean {
  return wide.bits <= narrow.bits && maskTo(narrow.base, wide.bits) === wide.base;
}

function maskTo(address: number, bits: number): number {
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) * size;
}
