/**
 * A run that has not finished this long after its admission may not have been started: reconcile starts it then, and
 * never before. So what takes an admission back has to take effect before. In milliseconds.
 */
export const startGraceMs = 120_000;
