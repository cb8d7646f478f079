/** The first instant of the month, UTC. */
export const startOfMonth = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));

/** The first instant of the next month, UTC. */
export const nextMonthOf = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));

/** Until then. Rounded up. */
export const secondsLeftInMonth = (now: Date): number =>
  Math.ceil((nextMonthOf(now).getTime() - now.getTime()) / 1000);
