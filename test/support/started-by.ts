/** Who started a run, which did not wait, where a test does not care. */
export const startedByKey = {
  actor_kind: 'key',
  actor: 'key-1',
  address: '192.0.2.1',
  request_id: 'request-1',
  rerun_of: null,
  instructions: null,
  handed_on_at: null,
} as const;

/** How a candidate waits, where a test does not care: not at all. */
export const refusedAtLimit = {
  at_limit: 'refuse',
  queue_seconds: 60,
  priority: null,
  slots: null,
  concurrency_key: null,
  concurrency_limit: null,
} as const;

/** Of an entry of `active_runs` that never waited. */
export const neverQueued = {
  queued_until: null,
  handed_on_at: null,
  lease_seconds: null,
  priority: null,
  slots: null,
  concurrency_key: null,
  concurrency_limit: null,
};

/** What a statement that decides is told of the queue. */
export const aboutQueue = { handed_since: new Date('2100-01-01T00:00:00Z'), most_bytes: 32_000_000 };

/** The same for one that settles. */
export const aboutSlots = { handed_since: aboutQueue.handed_since, unlimited: 1_000_000 };
