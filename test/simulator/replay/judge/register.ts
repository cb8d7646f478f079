/** A request for a run, as its caller meant it. A run's parameters name the request that it came from. */
export interface WantedRun {
  readonly token: string;
  readonly tenantId: string;
  readonly keyId: string;
  readonly isKeyed: boolean;
}

/** What callers asked for, and what they were told. */
export interface Register {
  readonly wanted: Map<string, WantedRun>;
  /** Runs whose callers were told 202. */
  readonly admitted: Set<string>;
  /** Requests that were refused, or whose callers were told that nothing was started. They may never start. */
  readonly denied: Set<string>;
  /** When the revocation of each key was answered. */
  readonly revokedAt: Map<string, number>;
  /** The first outcome that a caller was told of each run, and when. */
  readonly toldOutcome: Map<string, ToldOutcome>;
  /** Runs that somebody asked to cancel. */
  readonly cancelled: Set<string>;
  /** How many requests got which answer. */
  readonly answers: Map<string, number>;
  /** How often what else is in play has happened: what became of planned times, and the like. */
  readonly played: Map<string, number>;
}

export interface ToldOutcome {
  readonly tenantId: string;
  readonly status: string;
  readonly at: number;
}

export const createRegister = (): Register => ({
  wanted: new Map(),
  admitted: new Set(),
  denied: new Set(),
  revokedAt: new Map(),
  toldOutcome: new Map(),
  cancelled: new Set(),
  answers: new Map(),
  played: new Map(),
});

/** Adds one to a count. */
export const countOne = (counts: Map<string, number>, what: string): void =>
  void counts.set(what, (counts.get(what) ?? 0) + 1);
