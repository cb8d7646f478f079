import { setTimeout as sleep } from 'node:timers/promises';
import { seededFraction } from '../../cloud/faults/seeded';

/** How long kinds of work take, in milliseconds, before a jitter of ±20 %. */
export interface Latencies {
  readonly queryMs: number;
  readonly dmlMs: number;
  readonly ddlMs: number;
  readonly loadMs: number;
  readonly streamingMs: number;
}

export const defaultLatencies: Latencies = {
  queryMs: 300,
  dmlMs: 1_000,
  ddlMs: 1_000,
  loadMs: 1_000,
  streamingMs: 50,
};

const jitter = 0.2;

export interface Latency {
  /**
   * Begins a piece of work of a kind. What is returned resolves when the kind's latency, counted from here, is over:
   * the time that the work itself takes is part of it.
   */
  begin(kind: keyof Latencies): () => Promise<void>;
}

/** The n-th piece of work of a kind takes the same time in every run with the same seed. */
export function createLatency(latencies: Latencies, seed: number): Latency {
  const counts = new Map<string, number>();
  return {
    begin(kind) {
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      const factor = 1 - jitter + 2 * jitter * seededFraction(seed, 'latency', kind, count);
      const end = performance.now() + latencies[kind] * factor;
      return async () => {
        const left = end - performance.now();
        if (left > 0) await sleep(left);
      };
    },
  };
}
