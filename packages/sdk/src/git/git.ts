import type { Commands } from '../commands/commands.ts';
import { gitUsage } from '../errors/git.ts';
import { NotFoundError } from '../errors/state.ts';
import type { Files } from '../files/files.ts';
import { refuseEmbeddedLogin, withAuth } from './auth.ts';
import { cloneRepository, defaultRepository } from './clone.ts';
import { type GitRun, runGit } from './run-git.ts';
import type {
  GitBranches,
  GitCloneOptions,
  GitCommitOptions,
  GitConfigOptions,
  GitOptions,
  GitPullOptions,
  GitPushOptions,
  GitStatus,
} from './types.ts';

const credentialsFile = '/root/.git-credentials';
const sshConfig = `Host *
    IdentityFile /root/.ssh/id_rsa
    IdentitiesOnly yes
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
`;

/**
 * `sandbox.git`: runs `git` inside the sandbox, as root, by default in /workspace. Every call throws GitError with
 * git's words when git fails.
 */
export class Git {
  #commands: Commands;
  #files: Files;

  constructor(commands: Commands, files: Files) {
    this.#commands = commands;
    this.#files = files;
  }

  /** Clones a repository. @param path an empty or missing directory @default '/workspace' */
  clone(url: string, path = defaultRepository, options: GitCloneOptions = {}): Promise<void> {
    return cloneRepository(this.#commands, url, path, options);
  }

  async pull({ remote = 'origin', branch, auth, ...options }: GitPullOptions = {}): Promise<void> {
    const words = ['pull', remote, ...(branch ? [branch] : [])];
    await this.#withRemote(words, { remote, auth }, options);
  }

  async push(options: GitPushOptions = {}): Promise<void> {
    const { remote = 'origin', branch, auth, setUpstream, ...rest } = options;
    const words = ['push', ...(setUpstream ? ['--set-upstream'] : []), remote, ...(branch ? [branch] : [])];
    await this.#withRemote(words, { remote, auth }, rest);
  }

  /** Switches to a branch, a tag or a commit. */
  async checkout(ref: string, options: GitOptions = {}): Promise<void> {
    await this.#git(['checkout', ref], options);
  }

  /** Makes a branch and switches to it. */
  async createBranch(name: string, options: GitOptions = {}): Promise<void> {
    await this.#git(['checkout', '-b', name], options);
  }

  /** Deletes a branch. @param options.force also one that is not merged */
  async deleteBranch(
    name: string,
    { force, ...options }: GitOptions & { force?: boolean } = {},
  ): Promise<void> {
    await this.#git(['branch', force ? '-D' : '-d', name], options);
  }

  async branches(options: GitOptions = {}): Promise<GitBranches> {
    const current = await this.#git(['rev-parse', '--abbrev-ref', 'HEAD'], options);
    const all = await this.#git(['branch', '--format=%(refname:short)'], options);
    return {
      currentBranch: current.trim(),
      branches: all
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
    };
  }

  /** Stages files. @default everything that changed */
  async add(files?: readonly string[], options: GitOptions = {}): Promise<void> {
    if (files?.length === 0) throw gitUsage('files must name at least one; leave it out for everything.');
    await this.#git(files ? ['add', '--', ...files] : ['add', '-A'], options);
  }

  /** Stages and commits. */
  async commit(message: string, { files, author, ...options }: GitCommitOptions = {}): Promise<void> {
    await this.add(files, options);
    const who = author ? ['-c', `user.name=${author.name}`, '-c', `user.email=${author.email}`] : [];
    await this.#git([...who, 'commit', '-m', message], options);
  }

  async status(options: GitOptions = {}): Promise<GitStatus> {
    const [head = '', ...lines] = (await this.#git(['status', '--porcelain', '-b', '-z'], options)).split(
      '\0',
    );
    const changedFiles: string[] = [];
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index]!;
      if (!line) continue;
      changedFiles.push(line.slice(3));
      // A rename is followed by the path that it had.
      if (/^[RC]|^.[RC]/.test(line)) index++;
    }
    return { branch: branchOf(head), clean: changedFiles.length === 0, changedFiles };
  }

  /** Changes that are not staged, as a patch. */
  diff(options: GitOptions = {}): Promise<string> {
    return this.#git(['diff'], options);
  }

  /** Adds a remote. @param options.fetch fetch from it at once @param options.overwrite replace one of this name */
  async addRemote(
    name: string,
    url: string,
    { fetch, overwrite, ...options }: GitOptions & { fetch?: boolean; overwrite?: boolean } = {},
  ): Promise<void> {
    refuseEmbeddedLogin(url, 'remote add');
    const run = runOf(options);
    if (overwrite) await this.#commands.run('git', { args: ['remote', 'remove', name], cwd: run.path });
    await this.#git(['remote', 'add', ...(fetch ? ['-f'] : []), name, url], options);
  }

  async getConfig(key: string, options: GitConfigOptions = {}): Promise<string> {
    return (await this.#config(['--get', key], options)).trim();
  }

  async setConfig(key: string, value: string, options: GitConfigOptions = {}): Promise<void> {
    await this.#config([key, value], options);
  }

  /** Sets the name and address of commits. */
  async configureUser(name: string, email: string, options: GitConfigOptions = {}): Promise<void> {
    await this.setConfig('user.name', name, options);
    await this.setConfig('user.email', email, options);
  }

  /** Stores a login in the sandbox, where every program can read it. Prefer `auth` of a single call. */
  async dangerouslyAuthenticate(
    username: string,
    password: string,
    { host = 'github.com', protocol = 'https' }: { host?: string; protocol?: string } = {},
  ): Promise<void> {
    await this.#config(['credential.helper', `store --file ${credentialsFile}`], {});
    const login = `${protocol}://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${host}\n`;
    const existing = await this.#files.read(credentialsFile).catch((error) => {
      if (error instanceof NotFoundError) return '';
      throw error;
    });
    await this.#files.write(credentialsFile, existing + login);
    await this.#files.setPermissions(credentialsFile, '0600');
  }

  /** Installs a private key for ssh remotes, and takes the keys of all hosts as they come. */
  async addSshKey(privateKey: string): Promise<void> {
    await this.#commands.run('mkdir', { args: ['-p', '-m', '700', '/root/.ssh'] });
    const key = privateKey.endsWith('\n') ? privateKey : `${privateKey}\n`;
    await this.#files.write('/root/.ssh/id_rsa', key);
    await this.#files.setPermissions('/root/.ssh/id_rsa', '0600');
    await this.#files.write('/root/.ssh/config', sshConfig);
    await this.#files.setPermissions('/root/.ssh/config', '0600');
  }

  async #withRemote(
    words: readonly string[],
    { remote, auth }: { remote: string; auth: GitPullOptions['auth'] },
    options: GitOptions,
  ): Promise<void> {
    const run = runOf(options);
    const address = auth ? await this.#git(['config', '--get', `remote.${remote}.url`], options) : '';
    await withAuth(
      this.#commands,
      { auth, remote: address.trim(), name: words[0]!, run: { ...run, path: undefined } },
      ({ settings, envs }) => runGit(this.#commands, [...settings, ...words], { ...run, envs }),
    );
  }

  async #config(
    words: readonly string[],
    { scope = 'global', path, signal }: GitConfigOptions,
  ): Promise<string> {
    if (scope === 'local' && !path) throw gitUsage("scope 'local' needs the path of a repository.");
    return (await runGit(this.#commands, ['config', `--${scope}`, ...words], { path, signal })).stdout;
  }

  async #git(words: readonly string[], options: GitOptions): Promise<string> {
    return (await runGit(this.#commands, words, runOf(options))).stdout;
  }
}

function runOf({ path = defaultRepository, timeoutSecs, signal }: GitOptions): GitRun {
  return { path, timeoutSecs, signal };
}

/** `## main...origin/main [ahead 1]`, or `## No commits yet on main`. */
function branchOf(head: string): string {
  const text = head.replace(/^## /, '').replace(/^(No commits yet|Initial commit) on /, '');
  return text.split('...')[0]!.trim() || 'unknown';
}
