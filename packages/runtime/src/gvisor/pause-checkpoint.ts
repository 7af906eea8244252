/** Our runsc's own subcommand, which does the work of `pause` and of `checkpoint` in one process. */
export const PAUSE_CHECKPOINT = 'pause-checkpoint';
