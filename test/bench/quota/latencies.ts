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
} {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'dml-ms': { type: 'string', default: '1000' },
      'query-ms': { type: 'string', default: '300' },
      'script-ms': { type: 'string', default: '500' },
    },
  });
  const milliseconds = (option: keyof typeof values): number => {
    const given = values[option];
    if (!/^\d{1,5}$/.test(given)) throw new Error(`--${option}: expected milliseconds, given '${given}'`);
    return Number(given);
  };
  return {
    asked: positionals,
    latencies: {
      dmlMs: milliseconds('dml-ms'),
      queryMs: milliseconds('query-ms'),
      scriptMs: milliseconds('script-ms'),
    },
  };
}
