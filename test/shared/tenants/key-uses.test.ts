import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createKeyUses } from '../../../shared/tenants/key-uses';
import { createJumpingClock, hours } from '../../support/jumping-clock';

function noting() {
  const clock = createJumpingClock();
  const sent: { readonly tenantId: string; readonly parameters: unknown }[] = [];
  const state = { fails: false };
  const runStatement: RunStatement = async (tenantId, _statement, parameters) => {
    sent.push({ tenantId, parameters });
    if (state.fails) throw new Error('BigQuery is away');
    return { rows: [], affectedRows: 1, location: 'US' };
  };
  const uses = createKeyUses(runStatement, clock);
  const use = async (tenantId: string, keyId: string, lastUsedAt = 0) => {
    uses.note(tenantId, { keyId, lastUsedAt });
    // Nobody waits for what it sends: it is noted once that has ended.
    await new Promise(setImmediate);
  };
  const hour = () => new Date(Math.floor(clock.now().getTime() / hours(1)) * hours(1));
  const sentTo = () => sent.map(({ tenantId }) => tenantId);
  return { clock, sent, sentTo, state, use, hour };
}

describe('When a key was used last', () => {
  it('is noted to the hour, once an hour', async () => {
    const { clock, sent, use, hour } = noting();
    await use('acme', 'key-1');
    expect(sent).toEqual([{ tenantId: 'acme', parameters: { key_ids: ['key-1'], hour: hour() } }]);
    clock.pass(61_000);
    await use('acme', 'key-1');
    expect(sent).toHaveLength(1);
    clock.pass(hours(1));
    await use('acme', 'key-1');
    expect(sent[1]).toEqual({ tenantId: 'acme', parameters: { key_ids: ['key-1'], hour: hour() } });
  });

  it('is not noted again where its table has the hour', async () => {
    const { sent, use, hour } = noting();
    await use('acme', 'key-1', hour().getTime());
    expect(sent).toEqual([]);
  });

  it('takes one statement a minute at most: for the tenant that has waited longest, for all its keys', async () => {
    const { clock, sent, sentTo, use } = noting();
    await use('first', 'key-0');
    await use('acme', 'key-1');
    await use('other', 'key-2');
    await use('acme', 'key-3');
    expect(sentTo()).toEqual(['first']);
    clock.pass(59_999);
    await use('other', 'key-2');
    expect(sentTo()).toEqual(['first']);
    clock.pass(1);
    await use('other', 'key-4');
    expect(sent[1]).toMatchObject({ tenantId: 'acme', parameters: { key_ids: ['key-1', 'key-3'] } });
    clock.pass(60_000);
    await use('first', 'key-5');
    expect(sent[2]).toMatchObject({ tenantId: 'other', parameters: { key_ids: ['key-2', 'key-4'] } });
  });

  it('is noted with a later use where BigQuery was away, and disturbs nobody', async () => {
    const { clock, sentTo, state, use } = noting();
    state.fails = true;
    await use('acme', 'key-1');
    state.fails = false;
    clock.pass(60_000);
    await use('acme', 'key-1');
    expect(sentTo()).toEqual(['acme', 'acme']);
  });
});
