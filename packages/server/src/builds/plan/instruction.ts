import type { OciMetadata } from '@nullspace/contract';

/** A secret that one command may read. */
export interface SecretMount {
  id: string;
  /** File that holds it; empty: none. */
  target: string;
  /** Variable that holds it; empty: none. */
  env: string;
  required: boolean;
}

/** A folder that one command has for itself, and that is empty before and gone after it. */
export interface FolderMount {
  target: string;
  /** Octal digits. */
  mode: string;
  /** Numbers, as `uid:gid`. */
  owner: string;
}

interface Common {
  /** Its line in the log. */
  display: string;
  /** Place of its step in the request, or of the instruction in the Dockerfile, from 0. */
  index: number;
  /** Line of the Dockerfile. */
  line?: number | undefined;
}

export type Instruction = Common &
  (
    | {
        kind: 'run';
        /** A script for the shell, or a program with its arguments. */
        command: string | string[];
        /** Instead of the account of that moment. */
        user?: string | undefined;
        secrets: SecretMount[];
        folders?: FolderMount[];
      }
    | {
        kind: 'copy';
        /** Stage or image to copy from; undefined: the build context. */
        from?: string | undefined;
        sources: string[];
        dst: string;
        owner?: string | undefined;
        mode?: number | undefined;
        force?: boolean;
        /** Of ADD, which would unpack an archive and fetch an address. */
        isAdd?: boolean;
        /** Sources may be shell patterns. */
        globs: boolean;
      }
    | {
        kind: 'write';
        dst: string;
        content: string;
        owner?: string | undefined;
        mode?: number | undefined;
        /** No variables are filled into the content. */
        isPlain: boolean;
      }
    | { kind: 'workdir'; path: string }
    | { kind: 'user'; user: string }
    | { kind: 'env'; variables: Record<string, string> }
    /** Known to the commands that follow, and no part of the image. */
    | { kind: 'arg'; variables: Record<string, string> }
    | { kind: 'shell'; argv: string[] }
    | { kind: 'start'; command: string }
    | { kind: 'metadata'; metadata: OciMetadata }
    /** Nothing after it is taken from the cache. */
    | { kind: 'barrier' }
  );

/** Instructions on top of an image. */
export interface Stage {
  /** Image or template; a number: an earlier stage. */
  base: string | number;
  name?: string | undefined;
  instructions: Instruction[];
  /** Of its FROM in a Dockerfile. */
  place?: { line: number; index: number };
  /** Expands variables of an instruction; declarative steps have none. */
  expand?: ((instruction: Instruction, variables: Record<string, string>) => Instruction) | undefined;
}
