import { announceExpiries, daysToTell, isTurnOf } from '../../../functions/reconcile/announce-expiries';
import type { KeyExpiry } from '../../../shared/google/bigquery/tables/read-key-expiries';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const intervalMs = 300_000;
const now = new Date('2026-11-30T12:00:00Z');
const inMs = (milliseconds: number) => new Date(now.getTime() + milliseconds);

const key: KeyExpiry = {
  key_id: 'key-1',
  name: 'ci',
  last_four: 'four',
  created_at: inMs(-90 * dayMs),
  expires_at: inMs(7 * dayMs),
  revoked_at: null,
  expiry_told_days: null,
};

describe('Keys that expire', () => {
  it.each<[string, Partial<KeyExpiry>, number | undefined]>([
    ['in 7 days', {}, 7],
    ['a moment later', { expires_at: inMs(7 * dayMs + 1) }, undefined],
    ['in 7 days, of which it was told', { expiry_told_days: 7 }, undefined],
    ['in a day', { expires_at: inMs(dayMs) }, 1],
    ['in a day, of whose 7 it was told', { expires_at: inMs(dayMs), expiry_told_days: 7 }, 1],
    ['in a day, of which it was told', { expires_at: inMs(dayMs), expiry_told_days: 1 }, undefined],
    ['now', { expires_at: now }, undefined],
    ['never', { expires_at: null }, undefined],
    ['soon, and are revoked', { revoked_at: now }, undefined],
    ['in 7 days, for which they were made', { created_at: now }, undefined],
    ['in a day, and were made for seven', { created_at: inMs(-6 * dayMs), expires_at: inMs(dayMs) }, 1],
  ])('%s are told as is due', (_, change, days) => {
    expect(daysToTell({ ...key, ...change }, now)).toBe(days);
  });

  it('are looked for once an hour, of different tenants at different times', () => {
    const turns = (tenantId: string) =>
      Array.from({ length: 24 }, (_, call) => call).filter((call) =>
        isTurnOf(tenantId, inMs(call * intervalMs), intervalMs),
      );
    const [first = 0] = turns('acme');
    expect(turns('acme')).toEqual([first, first + 12]);
    expect(new Set(['a', 'b', 'c', 'd', 'e'].map((tenantId) => turns(tenantId)[0])).size).toBeGreaterThan(1);
    // Called once an hour, or less often, it looks each time.
    expect(isTurnOf('acme', now, hourMs)).toBe(true);
    expect(isTurnOf('acme', now, dayMs)).toBe(true);
  });

  it('are told by one event for each, and noted by one statement for each number of days', async () => {
    const told: string[] = [];
    const noted: unknown[] = [];
    await announceExpiries({ tenant_id: 'acme', onboarding_id: 'life-1' }, now, {
      readKeyExpiries: async () => [
        key,
        { ...key, key_id: 'key-2' },
        { ...key, key_id: 'key-3', expires_at: inMs(hourMs) },
        { ...key, key_id: 'key-4', expires_at: null },
      ],
      publishEvents: async (events) => {
        told.push(...events.map(({ id }) => id));
      },
      runStatement: async (dataset, statement, parameters) => {
        noted.push({ dataset, statement: statement.name, ...parameters });
        return { rows: [], affectedRows: 1, location: '' };
      },
      rule: { startGraceMs: 0, appendGraceMs: 0, intervalMs: hourMs },
    });
    expect(told).toEqual([
      'api_key.expiring-acme-key-3-1d-2026-11-30T13:00:00.000Z',
      'api_key.expiring-acme-key-1-7d-2026-12-07T12:00:00.000Z',
      'api_key.expiring-acme-key-2-7d-2026-12-07T12:00:00.000Z',
    ]);
    const of = { dataset: 'acme', statement: 'note-expiries' };
    expect(noted).toEqual([
      { ...of, key_ids: ['key-3'], days: 1 },
      { ...of, key_ids: ['key-1', 'key-2'], days: 7 },
    ]);
  });
});
