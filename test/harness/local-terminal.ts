import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { repository } from './artifacts.ts';
import { until } from './until.ts';

const bin = mkdtempSync(join(tmpdir(), 'nullspace-test-bin-'));
symlinkSync(join(repository, 'packages/cli/bin/nullspace.js'), join(bin, 'nullspace'));
writeFileSync(join(bin, 'rc'), "PS1='local$ '\n");
process.on('exit', () => rmSync(bin, { recursive: true, force: true }));

/** A real terminal of this machine, 80 by 24, with a shell in it: a tmux of its own. */
export class LocalTerminal {
  #socket = `nullspace-test-${process.pid}-${Math.random().toString(36).slice(2)}`;

  #env: NodeJS.ProcessEnv;

  constructor(env: Record<string, string>) {
    this.#env = { ...process.env, ...env, PATH: LocalTerminal.path() };
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '80',
      '-y',
      '24',
      `bash --noprofile --rcfile ${join(bin, 'rc')}`,
    );
    this.#tmux('set-option', '-g', 'status', 'off');
    this.#tmux('set-option', '-g', 'window-size', 'manual');
    this.#tmux('resize-window', '-x', '80', '-y', '24');
  }

  /** PATH with the command line as it is here, and the Node that runs the tests. */
  static path(): string {
    return [bin, join(process.execPath, '..'), process.env.PATH].join(delimiter);
  }

  type(text: string): void {
    const [...lines] = text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (line) this.#tmux('send-keys', '-l', '--', line);
      if (index < lines.length - 1) this.#tmux('send-keys', 'Enter');
    }
  }

  /** A key by tmux's name, for example `C-c`. */
  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Waits until the screen matches. */
  async shows(pattern: RegExp): Promise<void> {
    await until(() => pattern.test(this.screen()), `${pattern} on the screen`).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${this.screen()}`);
    });
  }

  /** What the terminal shows, without the blanks after the prompt cut off. */
  screen(): string {
    return this.#tmux('capture-pane', '-p', '-N').replace(/[ \n]+$/, ' ');
  }

  cursorIsHidden(): boolean {
    return this.#tmux('display-message', '-p', '#{cursor_flag}').trim() === '0';
  }

  isAlternate(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
  }

  /** Sends SIGTERM to the program that runs in the shell and whose command line has this word. */
  killProgram(word: string): void {
    const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
    const children = execFileSync('ps', ['--ppid', shell, '-o', 'pid=,args='], { encoding: 'utf8' });
    const line = children.split('\n').find((child) => child.includes(word));
    if (!line) throw new Error(`nothing with ${word} runs below ${shell}:\n${children}`);
    process.kill(Number.parseInt(line, 10), 'SIGTERM');
  }

  close(): void {
    try {
      this.#tmux('kill-server');
    } catch {
      // It has ended with its shell.
    }
  }

  #tmux(...words: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...words], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: this.#env,
    });
  }
}
