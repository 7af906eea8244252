/** A template that sandboxes start from. */
export interface TemplateInfo {
  id: string;
  name: string;
  description: string;
  tags: string[];
  defaultTag: string | undefined;
  /** Comes with the server. */
  builtin: boolean;
  /** Full reference, e.g. `nullspace/base:default`. */
  canonicalRef: string;
  namespaceSlug: string | undefined;
  visibility: 'private' | 'public';
  runtimeDefaults: {
    /** Names of the variables that it sets; never their values. */
    envKeys: string[];
    user: string | undefined;
    workdir: string | undefined;
    /** Command that runs in every sandbox of the template from its start. */
    startCmd: string | undefined;
  };
}
