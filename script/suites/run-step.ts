import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Counts, countTests } from './counts.ts';
import type { Step } from './step.ts';

export interface StepResult extends Counts {
  name: string;
  seconds: number;
  output: string;
  logFile: string;
}

const running = new Set<number>();

/** Ends the steps that run now with all that they started. */
export function endRunningSteps(): void {
  for (const pid of running) endGroup(pid);
}

/** Runs one step with its output in a log file; a step that outlasts its patience is ended with all it started. */
export async function runStep(step: Step, root: string, logFolder: string): Promise<StepResult> {
  const logFile = join(logFolder, `${step.name.replace(/[^a-z0-9]+/gi, '-')}.log`);
  const log = createWriteStream(logFile);
  const started = performance.now();
  const [command, ...args] = step.command;
  const child = spawn(command!, args, {
    cwd: join(root, step.folder ?? '.'),
    env: { ...process.env, ...step.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid) running.add(child.pid);
  let output = '';
  const keep = (chunk: Buffer) => {
    log.write(chunk);
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const patience = setTimeout(() => {
    keep(Buffer.from(`\nended after ${step.patienceSeconds} s without a result\n`));
    endGroup(child.pid);
  }, step.patienceSeconds * 1000);
  const exitCode = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      keep(Buffer.from(`${error.message}\n`));
      resolve(127);
    });
    // A process left behind by a test may hold the pipes open, so "exit" and not "close" ends the step.
    child.on('exit', (code) => setTimeout(resolve, 200, code ?? 137));
  });
  if (child.pid) running.delete(child.pid);
  clearTimeout(patience);
  child.stdout.destroy();
  child.stderr.destroy();
  log.end();
  const seconds = (performance.now() - started) / 1000;
  return { name: step.name, seconds, output, logFile, ...countTests(step.counts, output, exitCode) };
}

function endGroup(pid: number | undefined): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
