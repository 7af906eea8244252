import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** What the machine has. */
export interface Machine {
  cpuCount: number;
  memoryMb: number;
  /** Changes with every boot. */
  bootId: string;
}

export function readMachine(): Machine {
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return {
    cpuCount: availableParallelism(),
    memoryMb: Math.floor(memory / 1024 / 1024),
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  };
}
