/**
 * Faults that the product had, or could have: each can be put back into the models, to see that the simulator
 * finds it.
 */
export const faultsToPutBack = {
  'recorded-at': 'whoever ends a run records its own outcome, and the earliest by its sender counts',
  'early-drop': 'an outcome leaves the tenant row before its row can be read in the ledger',
  'ledger-alone': 'an outcome leaves the tenant row once the ledger has it, whether or not all_runs does',
  'cached-keys': 'a revocation is known only where the key is looked up',
  'late-withdrawal': 'a withdrawal takes a slot although reconcile may have started the run',
  'late-admission': 'an admission takes effect after its caller has given it up and asked again',
  'believed-silence': 'an answer without a schema is believed as one without rows',
  'lost-events': 'an event is taken for published that was not',
  'ended-unbegun': 'a run ends with its lease, whether or not it began',
  'unclaimed-hand-over': 'every delivery of a long run hands it over',
} as const;

export type FaultName = keyof typeof faultsToPutBack;
export type PutBack = ReadonlySet<FaultName>;
