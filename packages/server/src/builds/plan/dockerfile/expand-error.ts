/** A word that cannot be read, or says itself that it is wrong. */
export class ExpandError extends Error {}
