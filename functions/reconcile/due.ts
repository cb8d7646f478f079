export interface RepublishRule {
  /** A run that has not finished this long after its admission may not have been started. In milliseconds. */
  readonly startGraceMs: number;
  /** Between two calls of reconcile. In milliseconds. */
  readonly intervalMs: number;
}

/**
 * Whether a run of this age is to be published again at this call. Nothing says whether somebody works on it, and a
 * repeated message does no harm but costs a delivery: so it is done when the age has doubled since the last time.
 */
export function isDue(ageMs: number, { startGraceMs, intervalMs }: RepublishRule): boolean {
  if (ageMs < startGraceMs) return false;
  // Calls come irregularly: a time that was missed by the one is within reach of the next.
  const before = ageMs - 2 * intervalMs;
  if (before < startGraceMs) return true;
  return Math.floor(Math.log2(ageMs / startGraceMs)) > Math.floor(Math.log2(before / startGraceMs));
}
