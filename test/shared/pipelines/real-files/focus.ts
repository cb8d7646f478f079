import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { schemasDirectory } from '../support/tenant-dataset';
import type { FileWorld } from './file-world';

/** A FOCUS file with these columns and values, all others NULL. */
export function focusFile(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
  none = '',
) {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? none).join());
  return Buffer.from(`${[columns.join(), ...lines].join('\n')}\n`);
}

export const focusVersions: readonly { name: string; adds: readonly string[] }[] = JSON.parse(
  readFileSync(join(schemasDirectory, 'pipelines/focus/billing/focus_versions.json'), 'utf8'),
);
export const focusColumns = (version: string): readonly string[] =>
  focusVersions
    .slice(0, focusVersions.findIndex(({ name }) => name === version) + 1)
    .flatMap(({ adds }) => adds);
export const focusCharge = {
  BilledCost: '1.5',
  EffectiveCost: '1',
  ListCost: '2',
  BillingCurrency: 'USD',
  ChargePeriodStart: '2024-09-03T00:00:00Z',
  ProviderName: 'ACME',
  ServiceName: 'Box',
};

/** FOCUS files of all versions, as providers write them. */
export const describeFocus = (world: () => FileWorld): void =>
  describe('FOCUS as it is exported', () => {
    it('version 1.2 is read, and the run says so', async () => {
      expect(await world().focus('focus-1.2/v12.csv')).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
      expect(await world().stepLog('load_costs')).toMatchObject([{ file_format: 'FOCUS 1.2', warnings: [] }]);
      expect(await world().dailyCosts()).toMatchObject([{ billed_cost: '1.25', provider_name: 'ACME' }]);
    });

    it.each([
      ['FOCUS 1.0', [], '', 'FOCUS 1.0'],
      ['FOCUS 1.1', [], 'NULL', 'FOCUS 1.1'],
      ['FOCUS 1.3', [], '', 'FOCUS 1.3'],
      ['FOCUS 1.0', ['x_Cost', 'x_Team'], 'NULL', 'FOCUS 1.0 with 2 further columns (x_Team, x_Cost)'],
      ['FOCUS 1.2', ['NewerColumn'], '', 'FOCUS 1.2 with 1 further column (NewerColumn)'],
    ])('%s with %j and nulls as %j', async (version, more, none, told) => {
      const columns = [...focusColumns(version), ...more].reverse();
      const file = focusFile(columns, [{ ...focusCharge, x_Cost: '7' }], none);
      expect(await world().focus(file)).toMatchObject({ status: 'COMPLETED', errorMessage: undefined });
      expect(await world().stepLog('load_costs')).toMatchObject([{ file_format: told, bad_records: null }]);
      expect(await world().dailyCosts()).toEqual([
        { provider_name: 'ACME', billing_currency: 'USD', billed_cost: '1.5', row_count: 1 },
      ]);
    });

    it('several files of two versions, one of them packed, are read by their own headers', async () => {
      const later = { ...focusCharge, ProviderName: 'Old name', ServiceProviderName: 'ACME' };
      world().tenant.putFile('months/a.csv', focusFile(focusColumns('FOCUS 1.0'), [focusCharge]));
      world().tenant.putFile(
        'months/b.csv',
        gzipSync(focusFile([...focusColumns('FOCUS 1.3')].reverse(), [later], 'NULL')),
      );
      const outcome = await world().runShipped('focus/billing/daily_costs', 'gs://billing/months/*.csv');
      expect(outcome).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
      expect(await world().stepLog('load_costs')).toMatchObject([{ file_format: 'FOCUS 1.0; FOCUS 1.3' }]);
      expect(await world().dailyCosts()).toMatchObject([
        { provider_name: 'ACME', billed_cost: '3', row_count: 2 },
      ]);
    });

    it.each([
      [
        'decimals of 18 places',
        'decimal',
        'FOCUS 1.2',
        [
          { provider_name: 'ACME', billing_currency: 'EUR', billed_cost: '1.5', row_count: 1 },
          {
            provider_name: 'ACME',
            billing_currency: 'USD',
            billed_cost: '0.000000000000000001',
            row_count: 1,
          },
        ],
      ],
      [
        'floating point, and a column less and one more',
        'double',
        'FOCUS 1.0 with 1 further column (x_Team)',
        [{ provider_name: 'ACME', billing_currency: 'USD', billed_cost: '1.25', row_count: 1 }],
      ],
    ])('Parquet with %s', async (_, name, format, rows) => {
      const file = readFileSync(join(__dirname, `../../../data/focus/${name}.parquet`));
      world().tenant.putFile('focus.parquet', file);
      const path = 'focus/billing/daily_costs_parquet';
      const outcome = await world().runShipped(path, 'gs://billing/focus.parquet');
      expect(outcome).toMatchObject({
        status: 'COMPLETED',
        errorMessage: undefined,
        rowsWritten: rows.length,
      });
      expect(await world().stepLog('load_costs')).toMatchObject([{ file_format: format }]);
      expect(await world().dailyCosts()).toEqual(rows);
    });

    it('a currency that is missing is told, and its costs are added to no other', async () => {
      const { BillingCurrency: _, ...without } = focusCharge;
      expect(await world().focus(focusFile(focusColumns('FOCUS 1.0'), [focusCharge, without]))).toMatchObject(
        {
          status: 'COMPLETED',
        },
      );
      expect(await world().dailyCosts()).toMatchObject([
        { billing_currency: null },
        { billing_currency: 'USD' },
      ]);
      expect(await world().failedChecks()).toEqual([
        { check_name: 'currency_present' },
        { check_name: 'sub_account_present' },
      ]);
    });
  });
