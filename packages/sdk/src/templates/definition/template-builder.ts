import type { ReadinessProbe } from './readiness.ts';
import type { RegistryAuth } from './registry-auth.ts';
import { type BuildSecret, writeSecrets } from './secrets.ts';
import { text, variables } from './steps.ts';
import { TemplateSteps } from './template-steps.ts';

/** Steps, and what holds for the whole template. */
export class TemplateBuilder extends TemplateSteps {
  /** Environment of the steps. */
  setBuildEnvs(envs: Record<string, string>): this {
    Object.assign(this.definition.buildEnvs, variables('buildEnvs', envs));
    return this;
  }

  /** Environment of every sandbox made from the template. */
  setRuntimeEnvs(envs: Record<string, string>): this {
    Object.assign(this.definition.runtimeEnvs, variables('runtimeEnvs', envs));
    return this;
  }

  /**
   * A shell command that is started before the template is saved with its memory; it runs in every sandbox of the
   * template.
   *
   * @param readiness What to wait for before saving; text is a shell command that exits with 0.
   */
  setStartCmd(command: string, readiness?: ReadinessProbe | string): this {
    this.definition.startCmd = text('command', command);
    return readiness === undefined ? this : this.setReadyCmd(readiness);
  }

  /** What to wait for before the template is saved. */
  setReadyCmd(readiness: ReadinessProbe | string): this {
    this.definition.readiness =
      typeof readiness === 'string' ? { kind: 'command', command: readiness } : readiness;
    return this;
  }

  /** The folder that copies read from, and patterns of files to leave out. */
  setFileContext(path: string, ignorePatterns?: string[]): this {
    this.definition.contextPath = path;
    if (ignorePatterns) this.definition.ignorePatterns = ignorePatterns;
    return this;
  }

  /** Credentials for the registry of the base image. */
  setRegistryAuth(auth: RegistryAuth): this {
    this.definition.auth = auth;
    return this;
  }

  /** A secret that steps may read by its id; it ends in no layer, log or cache key. */
  addBuildSecret(secret: BuildSecret): this {
    const secrets = [...this.definition.secrets, secret];
    writeSecrets(secrets);
    this.definition.secrets = secrets;
    return this;
  }
}
