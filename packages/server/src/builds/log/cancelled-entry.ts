import type { BuildLogEntry } from '@nullspace/contract';
import type { StoredBuild } from '../../store/templates/template.ts';

/** The last entry in the log of a build that was cancelled. */
export function cancelledEntry(
  { id, templateId }: Pick<StoredBuild, 'id' | 'templateId'>,
  { reason, offset, now }: { reason: string | undefined; offset: number; now: number },
): BuildLogEntry {
  return {
    build_id: id,
    template_id: templateId,
    offset,
    timestamp: new Date(now).toISOString(),
    kind: 'cancelled',
    level: 'warn',
    phase: 'interrupted',
    message: reason ? `Cancelled: ${reason}` : 'Cancelled',
  };
}
