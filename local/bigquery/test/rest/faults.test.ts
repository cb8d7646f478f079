import { rmSync } from 'node:fs';
import { callFaults } from '../../../cloud/faults/border';
import { createFaults, type Fault } from '../../../cloud/faults/faults';
import { faultBorder } from '../../rest/border';
import { startBigQuery } from '../../server';
import { newFolder } from '../support/local-bigquery';

const quick = { hangMs: 10, lateMs: 10 };
const insert = (n: number) => ({
  method: 'POST',
  url: '/projects/local/jobs',
  text: JSON.stringify({ jobReference: { jobId: `job-${n}` } }),
});
const update = {
  method: 'POST',
  url: '/projects/local/queries',
  text: JSON.stringify({ query: 'UPDATE ds.tenants SET n = 1 WHERE TRUE', requestId: 'a' }),
};

async function meet(kind: string, call = update) {
  let done = 0;
  const faults = {
    next: <Kind extends string>(_: unknown, kinds: readonly Kind[]): Fault<Kind> | undefined => {
      const chosen = kinds.find((each) => each === kind);
      return chosen && { kind: chosen, ...quick };
    },
    setRate: () => undefined,
  };
  const reply = await faultBorder(faults, 'local')(call, async () => {
    done += 1;
    return { status: 200 };
  });
  return { done, status: reply?.status, body: reply?.body };
}

it.each([
  ['refused', 0, 503],
  ['rate-limited', 0, 429],
  ['reset', 0, undefined],
  ['hung', 0, undefined],
  ['refused-after', 1, 503],
  ['reset-after', 1, undefined],
  ['hung-after', 1, undefined],
  ['late', 1, 200],
  ['none', 1, 200],
])('a call that is %s takes effect %d times and is answered %s', async (kind, done, status) => {
  expect(await meet(kind)).toMatchObject({ done, status });
});

it('DML may meet a conflict, in the documented words; other calls do not', async () => {
  expect(await meet('conflict')).toMatchObject({
    done: 0,
    status: 400,
    body: {
      error: { message: 'Could not serialize access to table local:ds.tenants due to concurrent update' },
    },
  });
  const select = { ...update, text: JSON.stringify({ query: 'SELECT 1' }) };
  expect(await meet('conflict', select)).toMatchObject({ done: 1, status: 200 });
});

describe('the seed', () => {
  const outcomesOf = async (
    seed: number,
    calls: readonly { method: string; url: string; text: string }[],
  ) => {
    const border = faultBorder(createFaults({ seed, rate: 0.5, ...quick }), 'local');
    const outcomes: Record<string, string[]> = {};
    for (const call of calls) {
      let effect = 'nothing';
      const reply = await border(call, async () => {
        effect = 'done';
        return { status: 200 };
      });
      const text = call.text.replace(/"requestId":"[^"]*"/, '');
      outcomes[text] = [...(outcomes[text] ?? []), `${effect} ${reply?.status}`];
    }
    return outcomes;
  };
  const calls = Array.from({ length: 30 }, (_, n) => [insert(n), insert(n), update]).flat();

  it('gives the n-th call of the same identity the same fault, in whatever order others come', async () => {
    const first = await outcomesOf(1, calls);
    const later = calls.map((call, n) => ({ ...call, text: call.text.replace('"a"', `"request ${n}"`) }));
    expect(await outcomesOf(1, later.toReversed())).toEqual(first);
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

describe('over sockets', () => {
  const gcsDirectory = newFolder();
  afterAll(() => rmSync(gcsDirectory, { recursive: true }));

  const call = async (url: string): Promise<number | 'broken'> => {
    try {
      const response = await fetch(`${url}/projects/local/queries`, {
        method: 'POST',
        body: JSON.stringify({ query: 'SELECT 1', useLegacySql: false }),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 'broken';
    }
  };

  it('connections break, errors are answered, and faults can be turned off', async () => {
    const server = await startBigQuery({
      port: 0,
      gcsDirectory,
      faults: { seed: 5, rate: 1, ...quick },
    });
    const met = new Set<number | 'broken'>();
    for (let count = 0; count < 60; count += 1) met.add(await call(server.url));
    server.setFaultRate(0);
    const after = await call(server.url);
    await server.close();
    expect(met).toEqual(new Set([200, 429, 503, 'broken']));
    expect(after).toBe(200);
  });

  it('is away until it is said to be back', async () => {
    const server = await startBigQuery({ port: 0, gcsDirectory });
    const before = await call(server.url);
    server.setAvailable(false);
    const away = [await call(server.url), await call(server.url)];
    server.setAvailable(true);
    const after = await call(server.url);
    await server.close();
    expect([before, after]).toEqual([200, 200]);
    for (const answer of away) expect([503, 'broken']).toContain(answer);
  });
});
