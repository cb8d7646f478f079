/** Who started a run, where a test does not care. */
export const startedByKey = {
  actor_kind: 'key',
  actor: 'key-1',
  address: '192.0.2.1',
  request_id: 'request-1',
  rerun_of: null,
  instructions: null,
} as const;
