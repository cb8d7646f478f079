import type { Operation } from '../../../client';
import {
  filterEntries,
  hasEnded,
  leftMs,
  progressInWords,
} from '../../../console/operations/operation-facts';

const operation = (given: Partial<Operation>): Operation => ({
  operation_id: 'op_1',
  kind: 'backfill',
  tenant_id: 'acme_001',
  state: 'running',
  started_by: { kind: 'key', id: 'k1' },
  filter: {},
  reason: null,
  total: 10,
  done: 0,
  skipped: 0,
  failed: 0,
  problems: [],
  started_at: '2026-11-30T10:00:00Z',
  updated_at: '2026-11-30T10:00:00Z',
  ended_at: null,
  ...given,
});

describe('What is told of an operation', () => {
  it.each([
    [{ done: 3, total: 10 }, '3 of 10 done'],
    [{ done: 3, total: 1_200, failed: 1, skipped: 2 }, '3 of 1,200 done, 1 failed, 2 skipped'],
    [{ done: 0, total: null }, '0 done, further ones are looked for'],
  ])('%j', (given, expected) => {
    expect(progressInWords(operation(given))).toBe(expected);
  });

  it('is how long it will go on, by how it went', () => {
    const now = Date.parse('2026-11-30T10:01:00Z');
    expect(leftMs(operation({ done: 4, failed: 1 }), now)).toBe(60_000);
    expect(leftMs(operation({}), now)).toBeNull();
    expect(leftMs(operation({ done: 5, state: 'paused' }), now)).toBeNull();
    expect(leftMs(operation({ done: 5, total: null }), now)).toBeNull();
  });

  it('is its filter without what lets all pass', () => {
    const filter = { pipeline: 'a/b/c', from: null, tenants: ['x'], allowed_pipelines: [], all: true };
    const parameters = { region: 'eu', least: 1 };
    expect(filterEntries({ filter: { parameters }, tenant_id: 'x' })).toEqual([
      ['Parameters', 'region: eu, least: 1'],
    ]);
    expect(filterEntries({ filter, tenant_id: null })).toEqual([
      ['Pipeline', 'a/b/c'],
      ['Tenants', 'x'],
      ['All', 'true'],
    ]);
    expect(filterEntries({ filter, tenant_id: 'x' })).toHaveLength(2);
  });

  it.each(['done', 'failed', 'aborted'] as const)('%s is an end', (state) => {
    expect(hasEnded(operation({ state }))).toBe(true);
  });
});
