import * as z from 'zod';

/** Name of a template, without namespace and tag. */
export const templateName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits, ".", "_" and "-", and begin with a letter or digit',
  );

/** A tag. Those that begin like the id of a build would be taken for one. */
export const templateTag = z
  .string()
  .regex(
    /^(?!tb_)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    'must be 1 to 128 letters, digits, ".", "_" and "-", begin with a letter or digit, and not with "tb_"',
  );

export const templateTags = z.array(templateTag).min(1).max(100);
