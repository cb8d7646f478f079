/** A limit that follows what the other side can do: it grows while it is reached and all is well, and shrinks at once. */
export interface AdaptiveLimit {
  /** As it is now: a whole number. */
  readonly current: () => number;
  /** Something came in time, while so many were under way. */
  readonly wasInTime: (underWay: number) => void;
  /** Something took too long. */
  readonly wasLate: (nowMs: number) => void;
  /** This side itself is late: more than usual is too much then. */
  readonly wasBusy: (nowMs: number) => void;
}

export interface LimitBounds {
  readonly least: number;
  /** Where it begins, and how far it grows back quickly. */
  readonly usual: number;
  readonly most: number;
}

/** What it shrinks to by something late. */
const shrinkTo = 0.7;
/** What was sent together is late together, and counts once. In milliseconds. */
const togetherMs = 1_000;

/**
 * Additive increase, multiplicative decrease, as TCP does it: it grows only where it is in use, by one for each
 * that came in time up to the usual limit, and beyond it by one for as many as the limit.
 * https://www.rfc-editor.org/rfc/rfc5681#section-3.1
 */
export function createAdaptiveLimit({ least, usual, most }: LimitBounds): AdaptiveLimit {
  let limit = usual;
  let shrunkAt = Number.NEGATIVE_INFINITY;
  const shrink = (to: number, nowMs: number) => {
    if (nowMs - shrunkAt < togetherMs) return;
    shrunkAt = nowMs;
    limit = Math.max(to, limit * shrinkTo);
  };
  return {
    current: () => Math.floor(limit),
    wasInTime: (underWay) => {
      if (underWay * 2 < limit) return;
      limit = limit < usual ? Math.min(usual, limit + 1) : Math.min(most, limit + 1 / limit);
    },
    wasLate: (nowMs) => shrink(least, nowMs),
    wasBusy: (nowMs) => {
      if (limit > usual) shrink(usual, nowMs);
    },
  };
}
