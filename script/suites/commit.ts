import { execFileSync } from 'node:child_process';
import { longRunPage } from './long-run-table.ts';

/** What is tested: the commit, and whether the sources differ from it. "unknown" where they were not cloned. */
export function readCommit(root: string): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // The page that a run writes its results to is none of what it tests.
    const changes = git('status', '--porcelain', '--', '.', `:!${longRunPage}`);
    return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : ' with changes'}`;
  } catch {
    return 'unknown';
  }
}
