import { RuntimeFailure } from '../errors.ts';

/** Names of what an installation owns on the machine. */
export interface Names {
  /** Short name of the installation. */
  installation: string;
  /** nftables table. */
  table: string;
  /** What all namespaces and host interfaces of the installation begin with. */
  prefix: string;
  /** Network namespace and host interface of a slot have the same name. */
  slot(index: number): string;
  /** Slot of a name; undefined for a name that is not ours. */
  indexOf(name: string): number | undefined;
}

export function createNames(installation: string): Names {
  if (!/^[a-z0-9]{1,6}$/.test(installation)) {
    throw new RuntimeFailure(
      `The installation name ${JSON.stringify(installation)} is not made of 1 to 6 lower-case letters and digits.`,
    );
  }
  const prefix = `ns-${installation}-`;
  return {
    installation,
    table: `nullspace_${installation}`,
    prefix,
    slot: (index) => `${prefix}${index}`,
    indexOf(name) {
      if (!name.startsWith(prefix)) return undefined;
      const digits = name.slice(prefix.length);
      return /^\d{1,5}$/.test(digits) ? Number(digits) : undefined;
    },
  };
}
