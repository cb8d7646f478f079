import { withServer } from './support/local-server';

/** Seconds from the start of the process until it says that it is ready, each time in a fresh data directory. */
export async function measureStarts(times: number): Promise<readonly number[]> {
  const seconds: number[] = [];
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    await withServer(async () => {
      seconds.push((performance.now() - start) / 1000);
    });
  }
  return seconds;
}
