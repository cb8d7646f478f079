import { createHash } from 'node:crypto';

/** How long each kind of work takes, in milliseconds, before a jitter of ±20 %. */
export interface Latencies {
  readonly queryMs: number;
  readonly dmlMs: number;
  readonly ddlMs: number;
  readonly loadMs: number;
  readonly streamingMs: number;
  /** Of a script itself; its statements take their own time besides. */
  readonly scriptMs: number;
}

export const defaultLatencies: Latencies = {
  queryMs: 300,
  dmlMs: 1_000,
  ddlMs: 1_000,
  loadMs: 1_000,
  streamingMs: 50,
  scriptMs: 0,
};

const jitter = 0.2;

export interface Latency {
  /**
   * Begins a piece of work. Call the function returned when it is done: it resolves when the latency, counted
   * from the beginning, is over, so that the work's own time is part of it.
   */
  begin(kind: keyof Latencies): () => Promise<void>;
}

/** Resolves after the given number of milliseconds. */
export type Pause = (milliseconds: number) => Promise<unknown>;

/** The n-th piece of work of a kind takes the same time in every run with the same seed. */
export function createLatency(latencies: Latencies, seed: number, pause: Pause): Latency {
  const counts = new Map<string, number>();
  return {
    begin(kind) {
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      const factor = 1 - jitter + 2 * jitter * fractionOf(`${seed} ${kind} ${count}`);
      const end = performance.now() + latencies[kind] * factor;
      return async () => {
        const left = end - performance.now();
        if (left > 0) await pause(left);
      };
    },
  };
}

/** A number in [0, 1) that depends on nothing but the text. */
function fractionOf(text: string): number {
  return createHash('sha1').update(text).digest().readUInt32BE() / 2 ** 32;
}
