import * as z from 'zod';

/** Longest wait for a ready sandbox, in milliseconds. */
const longestWaitMs = 300_000;

export const checkoutMode = z.enum(['prefer', 'require', 'bypass']);
export type CheckoutMode = z.infer<typeof checkoutMode>;

export const checkoutRequest = z
  .strictObject({
    id: z.string().min(1).max(64).optional().describe('Pool to take a ready sandbox from.'),
    mode: checkoutMode
      .optional()
      .describe(
        'prefer: starts one when none is ready. require: fails then. bypass: always starts one. Absent: as the pool says.',
      ),
    wait_ms: z
      .number()
      .int()
      .min(0)
      .max(longestWaitMs)
      .optional()
      .describe('How long to wait for a ready one, in milliseconds. Absent: not at all.'),
  })
  .refine(({ id, mode }) => id !== undefined || mode === 'bypass', {
    path: ['id'],
    message: 'is missing; only mode "bypass" needs none',
  });

/** How a create was served. */
export const checkoutResult = z.object({
  source: z.enum(['ready_instance', 'cold_create', 'bypassed']),
  hit: z.boolean().describe('A ready sandbox was taken.'),
  id: z.string().optional().describe('The pool.'),
  mode: checkoutMode,
  wait_ms: z.number().int().describe('How long it waited for a ready one, in milliseconds.'),
});
export type CheckoutResult = z.infer<typeof checkoutResult>;
