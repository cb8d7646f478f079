/** What must hold after every event. */
export const invariants = {
  law: 'the conservation law holds',
  running: 'the row says how many runs hold an unexpired slot',
  quota: 'no quota is exceeded',
  turn: 'no run starts before one whose turn came earlier',
  once: 'no run is admitted twice',
  denied: 'what was refused does not start',
  revoked: 'a revoked key starts nothing',
  lost: 'no run is lost',
  effect: 'no step takes effect twice',
  ghost: 'only a run takes effect',
  rows: 'the rows of a run do not differ',
  outcome: 'an outcome stays as it is',
  told: 'what a caller was told is what everybody is told',
  announced: 'what the ledger has, and each crossed threshold, was told by an event, and as it is',
  asked: 'only a run that somebody cancels is cancelled',
  handOver: 'a long run is handed over once in each turn',
  unexpected: 'nothing unexpected happens',
  quiet: 'all comes to an end',
  everywhere: 'all_runs has each settled run, as its ledger has it',
  billed: 'what callers were told is what is billed',
  planned: 'a planned time of a schedule starts one run, and nothing else of a schedule does',
  history: 'the history of a schedule tells each planned time once, and as it is',
  handled: 'no planned time is lost, unless its schedule has it so',
  something: 'something happens',
} as const;

export type InvariantName = keyof typeof invariants;
