/** What the table daily_costs says as a whole. Costs are exact decimals without needless zeros. */
export interface DailyCostsFigures {
  /** Rows of the file that it was made of. */
  readonly sourceRows: number;
  readonly rows: number;
  readonly billedCost: string;
  readonly effectiveCost: string;
  readonly listCost: string;
  /** SHA-256 of its rows as JSON arrays of texts, sorted, one a line. */
  readonly digest: string;
}

/**
 * The figures of another engine: DuckDB 2.0.0 ran the pipeline's own daily_costs.sql over the same files, by
 * test/bench/other-engine.py. Costs that are made up (test/support/focus/focus-costs.ts) are named by rows and seed.
 */
export const figuresOfAnotherEngine = {
  /** writeFocusCosts(path, 2_000, 7) */
  twoThousand: {
    sourceRows: 2_000,
    rows: 1_972,
    billedCost: '346067.756566469784844',
    effectiveCost: '417787.088041651508288',
    listCost: '455047.058626010682966',
    digest: 'ea64362d98e5081cebf217aff5c0f18bea6bde115cedb4939f93e59a305d87a8',
  },
  /** writeFocusCosts(path, 100_000, 20_261_123) */
  hundredThousand: {
    sourceRows: 100_000,
    rows: 53_868,
    billedCost: '17347321.416523437015479',
    effectiveCost: '21776740.509305780513729',
    listCost: '21651671.695327070562143',
    digest: 'dede501874232d22f1f6cef987a85077acf3b8299551246117b3de849d078990',
  },
  /** The FinOps Foundation's FOCUS Sample Data: focus_sample.csv, 1,000 rows. */
  focusSample: {
    sourceRows: 1_000,
    rows: 629,
    billedCost: '20.52022672899',
    effectiveCost: '14.97651418586',
    listCost: '20.39090575119',
    digest: '0d050a55a674299aa156b25d5f116205f4943de17a0acbff79f3aa9fa38fcff3',
  },
} as const satisfies Record<string, DailyCostsFigures>;
