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
 * The figures of another engine: DuckDB 2.0 ran the pipeline's own daily_costs.sql over the same files, by
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
    digest: 'b69292b9588500b444d5c059d4cce7305cfe1dcd790bce97b7a4dfaa295543db',
  },
  /** writeFocusCosts(path, 100_000, 20_261_123) */
  hundredThousand: {
    sourceRows: 100_000,
    rows: 53_868,
    billedCost: '17347321.416523437015479',
    effectiveCost: '21776740.509305780513729',
    listCost: '21651671.695327070562143',
    digest: 'dd592c9ee9c69f4c1de021f0072e7845a08b0a823418c7ebacb63485e2277ae4',
  },
  /** The FinOps Foundation's FOCUS Sample Data: focus_sample.csv, 1,000 rows. */
  focusSample: {
    sourceRows: 1_000,
    rows: 629,
    billedCost: '20.52022672899',
    effectiveCost: '14.97651418586',
    listCost: '20.39090575119',
    digest: 'a30ff5fc53191835090b81c75385d3c4583e1d8b297b53f6aca8d2a42a841e92',
  },
} as const satisfies Record<string, DailyCostsFigures>;
