import type { AppendedRow } from '../../../shared/google/bigquery/tables/append-rows';
import { createRefusalCounts } from '../../../shared/refusals/refusal-counts';
import { collectingLog } from '../../functions/support/serve';

describe('Counts of refusals', () => {
  /** What was sent, insert by insert, and a clock that stands at the 30th second of a minute. */
  function counting() {
    let ms = 0;
    let ids = 0;
    let fails = false;
    const { log, lines } = collectingLog();
    const sent: (readonly AppendedRow[])[] = [];
    const counts = createRefusalCounts({
      append: async (table, ...rows) => {
        expect(table).toBe('refusals');
        sent.push(rows);
        if (fails) throw new Error('The table takes no rows');
      },
      functionName: 'run',
      newId: () => `id-${++ids}`,
      clock: { now: () => new Date(Date.UTC(2026, 10, 30, 12, 0, 30) + ms), monotonicMs: () => ms },
      log,
    });
    return {
      note: counts.note,
      sent,
      lines,
      pass: async (milliseconds: number) => {
        ms += milliseconds;
        // What was sent is answered meanwhile.
        await new Promise(setImmediate);
      },
      fail: (does: boolean) => {
        fails = does;
      },
    };
  }
  const row = (insertId: string, minute: string, code: string, calls: number) => ({
    insertId,
    json: { minute: `2026-11-30T${minute}:00.000Z`, function: 'run', code, calls },
  });

  it('are one row a code and at most one insert a minute, however many calls are refused', async () => {
    const { note, sent, pass } = counting();
    note('unauthenticated');
    for (let call = 0; call < 10_000; call++) note(call % 2 === 0 ? 'unauthenticated' : 'not_found');
    await pass(59_999);
    note('unauthenticated');
    expect(sent).toEqual([[row('id-1', '12:00', 'unauthenticated', 1)]]);
    await pass(1);
    // Any answer will do: it goes while a request is under way.
    note(undefined);
    expect(sent.slice(1)).toEqual([
      [row('id-2', '12:00', 'unauthenticated', 5_001), row('id-3', '12:00', 'not_found', 5_000)],
    ]);
  });

  it('are nothing where no call is refused', async () => {
    const { note, sent, pass } = counting();
    note(undefined);
    await pass(60_000);
    note(undefined);
    expect(sent).toEqual([]);
  });

  it('belong to the minute in which the first of them was refused', async () => {
    const { note, sent, pass } = counting();
    note('not_found');
    note('not_found');
    await pass(3_600_000);
    note('not_found');
    expect(sent.slice(1)).toEqual([[row('id-2', '12:00', 'not_found', 1)]]);
    await pass(60_000);
    note(undefined);
    expect(sent.slice(2)).toEqual([[row('id-3', '13:00', 'not_found', 1)]]);
  });

  it('are sent again, as the same rows, where the table took none', async () => {
    const { note, sent, pass, fail } = counting();
    fail(true);
    note('not_found');
    await pass(60_000);
    fail(false);
    note('unavailable');
    expect(sent[1]).toEqual([row('id-1', '12:00', 'not_found', 1)]);
    await pass(60_000);
    note(undefined);
    expect(sent[2]).toEqual([row('id-2', '12:01', 'unavailable', 1)]);
  });

  it('tell once an hour that the table takes none', async () => {
    const { note, lines, pass, fail } = counting();
    fail(true);
    for (let minute = 0; minute <= 60; minute++) {
      note('not_found');
      await pass(60_000);
    }
    expect(lines).toEqual(Array.from({ length: 2 }, () => expect.objectContaining({ severity: 'WARNING' })));
    expect(lines[0]?.error).toEqual(new Error('The table takes no rows'));
  });
});
