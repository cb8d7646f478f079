import { parseArgs } from 'node:util';

/** BigQuery's latencies in a benchmark, in milliseconds, each ± 20 %. */
export interface BenchLatencies {
  /** Of a statement that changes rows. */
  readonly dmlMs: number;
  /** Of a SELECT. */
  readonly queryMs: number;
  /** Of a script itself, besides its statements. */
  readonly scriptMs: number;
}

/** The benchmark's parts that were asked for, and the latencies. Throws where an option is not understood. */
export function readCommandLine(args: readonly string[]): {
  readonly asked: readonly string[];
  readonly latencies: BenchLatencies;
  /** Of the large ledger. */
  readonly ledgerRows: number;
} {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'dml-ms': { type: 'string', default: '1000' },
      'query-ms': { type: 'string', default: '300' },
      'script-ms': { type: 'string', default: '500' },
      'ledger-rows': { type: 'string', default: '1000000' },
    },
  });
  const numberOf = (option: keyof typeof values): number => {
    const given = values[option];
    if (!/^\d{1,8}$/.test(given)) throw new Error(`--${option}: expected a number, given '${given}'`);
    return Number(given);
  };
  return {
    asked: positionals,
    ledgerRows: numberOf('ledger-rows'),
    latencies: {
      dmlMs: numberOf('dml-ms'),
      queryMs: numberOf('query-ms'),
      scriptMs: numberOf('script-ms'),
    },
  };
}
