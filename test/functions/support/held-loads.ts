import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQueryOptions } from 'local-bigquery';

/** Load and extract jobs that end at once or, while they are held, when the test lets them go. */
export interface HeldLoads {
  /** For the local BigQuery. */
  readonly limits: NonNullable<BigQueryOptions['limits']>;
  /** Of the jobs that start from now on the first few pass, and the others wait. */
  readonly hold: (passing?: number) => void;
  readonly letGo: () => void;
}

const loadMs = 1_000_000;

export function holdLoads(): HeldLoads {
  let passing = Number.POSITIVE_INFINITY;
  const waiting: (() => void)[] = [];
  const pause = async (milliseconds: number) => {
    if (milliseconds < loadMs / 2) return sleep(milliseconds);
    passing--;
    if (passing < 0) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    limits: { queryMs: 1, dmlMs: 1, ddlMs: 1, streamingMs: 1, loadMs, pause },
    hold: (first = 0) => {
      passing = first;
    },
    letGo: () => {
      passing = Number.POSITIVE_INFINITY;
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}
