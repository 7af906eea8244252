import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Installation } from '../../test/harness/installation.ts';
import { processesOf } from '../../test/harness/leftovers.ts';

/** Number of the system call kcmp on each architecture. */
const kcmp: Partial<Record<NodeJS.Architecture, number>> = { x64: 312, arm64: 272 };
const KCMP_VM = 1;

// Prints each process that shares its memory with none printed before it.
const script = `
  my ($call, $what, @pids) = map { int } @ARGV;
  my @kept;
  for my $pid (@pids) {
    push @kept, $pid unless grep { syscall($call, $pid, $_, $what, 0, 0) == 0 } @kept;
  }
  print "@kept";
`;

/** One process of each address space of a sandbox. */
export function addressSpacesOf(installation: Installation, sandboxId: string): number[] {
  // One of them may stand below another.
  return oneOfEachAddressSpace([...new Set(processesOf(installation, sandboxId).flatMap(withDescendants))]);
}

/** A process and all below it that are not already named by the command line of the sandbox. */
function withDescendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(withDescendants)];
}

/**
 * One process of each address space. Those by which gVisor runs the threads of a guest's process are processes of the
 * host that share their memory: each reports the whole of it.
 */
function oneOfEachAddressSpace(pids: number[]): number[] {
  const call = kcmp[process.arch];
  if (call === undefined) throw new Error(`the number of kcmp on ${process.arch} is not known`);
  const args = ['-e', script, ...[call, KCMP_VM, ...pids].map(String)];
  return execFileSync('perl', args, { encoding: 'utf8' }).split(' ').map(Number);
}
