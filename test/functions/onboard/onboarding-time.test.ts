import { createFindOffboardedSoon } from '../../../functions/onboard/find-offboarded-soon';
import { createOnboardingTime } from '../../../functions/onboard/onboarding-time';
import type { TenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';

const calls: string[] = [];
const answers =
  <T>(name: string, value: T) =>
  async () => {
    calls.push(name);
    return value;
  };
const datasets: TenantDatasets = {
  findOtherSpelling: answers('findOtherSpelling', undefined),
  ensureDataset: answers('ensureDataset', 'US'),
  ensureTable: answers('ensureTable', '1'),
  hasTable: answers('hasTable', true),
  upgradeTable: answers('upgradeTable', false),
  runOnce: answers('runOnce', undefined),
  deleteDataset: () => new Promise(() => undefined),
  undeleteDataset: answers('undeleteDataset', undefined),
  deleteTable: answers('deleteTable', undefined),
};
const runStatement = async () => {
  throw new Error('refused');
};
const tooLate = { code: 'unavailable', retryAfterSeconds: 5, detail: expect.stringContaining("'acme'") };

describe('the time of an onboarding', () => {
  let now = 0;
  const started = (longestMs: number) => createOnboardingTime(longestMs, () => now);

  it('lets calls through until it is up, and none after that', async () => {
    const time = started(100);
    const bound = time.bound(
      { datasets, runStatement, findOffboarded: answers('findOffboarded', undefined) },
      'acme',
    );
    expect(await bound.datasets.ensureDataset('acme', 'EU')).toBe('US');
    now += 99;
    expect(time.leftMs()).toBe(1);
    now += 1;
    calls.length = 0;
    await expect(bound.datasets.ensureDataset('acme', 'EU')).rejects.toMatchObject(tooLate);
    await expect(bound.datasets.hasTable('acme', 't')).rejects.toMatchObject(tooLate);
    expect([calls, time.leftMs()]).toEqual([[], 0]);
  });

  it('gives up a call that is under way when it is up', async () => {
    const bound = createOnboardingTime(5, () => performance.now()).bound(
      { datasets, runStatement, findOffboarded: answers('findOffboarded', undefined) },
      'acme',
    );
    await expect(bound.datasets.deleteDataset('acme')).rejects.toMatchObject({
      detail: expect.stringContaining('acme'),
    });
  });

  it('does not go by while the control dataset does not answer', async () => {
    const find = createFindOffboardedSoon('control', () => new Promise(() => undefined), 5);
    await expect(find('acme')).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining('control.offboarded_tenants'),
    });
  });
});
