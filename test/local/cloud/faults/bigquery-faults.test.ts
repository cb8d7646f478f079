import { startBigQuery } from 'local-bigquery';
import { bigQueryFaults } from '../../../../local/cloud/faults/bigquery-faults';
import { callFaults } from '../../../../local/cloud/faults/call-faults';
import { createFaults, type Fault } from '../../../../local/cloud/faults/faults';

const quick = { hangMs: 10, lateMs: 10 };
const refusals = {
  unavailable: { status: 503 },
  'rate-limited': { status: 429 },
  conflict: { status: 400 },
};

async function meet(kind: string) {
  let done = 0;
  const faults = {
    next: <Kind extends string>(_: unknown, kinds: readonly Kind[]): Fault<Kind> | undefined => {
      const chosen = kinds.find((each) => each === kind);
      return chosen && { kind: chosen, ...quick };
    },
    setRate: () => undefined,
  };
  const work = async () => {
    done += 1;
    return { status: 200 };
  };
  const failScript = async (when: 'before' | 'after') => (when === 'after' ? work() : { status: 200 });
  const through = bigQueryFaults(faults, { hasSilentScripts: true });
  const reply = await through({ identity: 'x', refusals, failScript }, work);
  return { done, status: reply?.status };
}

it.each([
  ['refused', 0, 503],
  ['rate-limited', 0, 429],
  ['conflict', 0, 400],
  ['reset', 0, undefined],
  ['hung', 0, undefined],
  ['refused-after', 1, 503],
  ['reset-after', 1, undefined],
  ['hung-after', 1, undefined],
  ['late', 1, 200],
  ['script-failed', 0, 200],
  ['script-failed-after', 1, 200],
  ['none', 1, 200],
])('a call that is %s takes effect %d times and is answered %s', async (kind, done, status) => {
  expect(await meet(kind)).toEqual({ done, status });
});

it('a call meets no conflict that it does not name', async () => {
  const { conflict, ...others } = refusals;
  const meetAll = (refusals: typeof others & { conflict?: typeof conflict }) => {
    const through = bigQueryFaults(createFaults({ seed: 1, rate: 1, ...quick }));
    const call = (n: number) => through({ identity: `${n}`, refusals }, async () => ({ status: 200 }));
    return Promise.all(Array.from({ length: 200 }, (_, n) => call(n)));
  };
  const statuses = async (...given: Parameters<typeof meetAll>) =>
    new Set((await meetAll(...given)).map((reply) => reply?.status));
  expect(await statuses(others)).toEqual(new Set([200, 429, 503, undefined]));
  expect(await statuses(refusals)).toEqual(new Set([200, 400, 429, 503, undefined]));
});

it('scripts fail silently where that is asked for, and nothing else does', async () => {
  const seen = async (isScript: boolean, hasSilentScripts: boolean) => {
    let failed = 0;
    const failScript = async () => {
      failed += 1;
      return { status: 200 };
    };
    const through = bigQueryFaults(createFaults({ seed: 1, rate: 1, ...quick }), { hasSilentScripts });
    const call = (n: number) =>
      through({ identity: `${n}`, refusals, ...(isScript && { failScript }) }, async () => ({ status: 200 }));
    await Promise.all(Array.from({ length: 200 }, (_, n) => call(n)));
    return failed > 0;
  };
  expect([await seen(true, true), await seen(true, false), await seen(false, true)]).toEqual([
    true,
    false,
    false,
  ]);
});

describe('the seed', () => {
  const outcomesOf = async (seed: number, identities: readonly string[]) => {
    const through = bigQueryFaults(createFaults({ seed, rate: 0.5, ...quick }));
    const outcomes: Record<string, string[]> = {};
    for (const identity of identities) {
      let effect = 'nothing';
      const reply = await through({ identity, refusals }, async () => {
        effect = 'done';
        return { status: 200 };
      });
      outcomes[identity] = [...(outcomes[identity] ?? []), `${effect} ${reply?.status}`];
    }
    return outcomes;
  };
  const calls = Array.from({ length: 30 }, (_, n) => [`job-${n}`, `job-${n}`, 'update']).flat();

  it('gives the n-th call of the same identity the same fault, in whatever order others come', async () => {
    const first = await outcomesOf(1, calls);
    expect(await outcomesOf(1, calls.toReversed())).toEqual(first);
    expect(await outcomesOf(2, calls)).not.toEqual(first);
    expect(new Set(Object.values(first).flat()).size).toBeGreaterThan(4);
  });

  it('takes about the share of calls that it is told to', () => {
    const faults = createFaults({ seed: 3, rate: 0.05 });
    const met = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        faults.next({ kind: 'x', identity: `${n}` }, callFaults),
      ).filter((fault) => fault !== undefined).length;
    const hits = met(10_000);
    expect(hits).toBeGreaterThan(400);
    expect(hits).toBeLessThan(600);
    faults.setRate(0);
    expect(met(1_000)).toBe(0);
  });
});

it("BigQuery's connections break, errors are answered, and faults can be turned off", async () => {
  const faults = createFaults({ seed: 5, rate: 1, ...quick });
  const server = await startBigQuery({
    port: 0,
    gcsDirectory: __dirname,
    faults: bigQueryFaults(faults),
  });
  const call = async (): Promise<number | 'broken'> => {
    try {
      const response = await fetch(`${server.url}/projects/local/queries`, {
        method: 'POST',
        body: JSON.stringify({ query: 'SELECT 1', useLegacySql: false }),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 'broken';
    }
  };
  const met = new Set<number | 'broken'>();
  for (let count = 0; count < 60; count += 1) met.add(await call());
  faults.setRate(0);
  const after = await call();
  await server.close();
  expect(met).toEqual(new Set([200, 429, 503, 'broken']));
  expect(after).toBe(200);
});
