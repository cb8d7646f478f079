import { removeSchedule } from '../../../../functions/tenants/schedules/administer-schedules';
import type { RunStatement } from '../../../../shared/google/bigquery/statements/run-statement';
import type { WantedVersions } from '../../../../shared/http/headers/entity-tags';
import { deleteSchedule } from '../../../../shared/sql/schedules/delete-schedule';
import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';
import { aSchedule } from './a-schedule';

const cellsOf = (row: ScheduleRow) =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value instanceof Date ? { value: value.toISOString() } : value,
    ]),
  );

describe('A schedule that somebody changes while it is deleted', () => {
  let stored: ScheduleRow | undefined;
  /** What others do just before the first DELETE. */
  let meanwhile: () => void;
  const runStatement: RunStatement = async (_dataset, statement, parameters) => {
    const found = stored;
    if (statement.name !== deleteSchedule.name)
      return {
        rows: found === undefined ? [] : [statement.row.parse(cellsOf(found))],
        affectedRows: 0,
        location: 'US',
      };
    meanwhile();
    meanwhile = () => undefined;
    const isMeant = stored?.version === Reflect.get(parameters, 'version');
    if (isMeant) stored = undefined;
    return { rows: [], affectedRows: isMeant ? 1 : 0, location: 'US' };
  };
  const remove = (wanted: WantedVersions, pipelines: readonly string[] = []) =>
    removeSchedule(
      { tenant_id: 'acme', onboarding_id: 'life-1' },
      'sch_hourly',
      wanted,
      { id: 'key-1', pipelines },
      {
        runStatement,
        controlDataset: 'tenant_pipelines',
        ensureControl: async () => undefined,
        readPipelines: () => new Map(),
        now: () => new Date('2026-11-30T12:00:00Z'),
        newId: () => 'id',
      },
    );
  const changed = (change: Partial<ScheduleRow> = {}) => {
    stored = aSchedule({ version: 2, ...change });
  };

  beforeEach(() => {
    stored = aSchedule({});
    meanwhile = () => undefined;
  });

  it('stays where the version before was named', async () => {
    meanwhile = changed;
    await expect(remove(['1'])).rejects.toMatchObject({ code: 'precondition_failed' });
    expect(stored).toMatchObject({ version: 2 });
  });

  it('goes in its new version where none was named', async () => {
    meanwhile = changed;
    expect(await remove('any')).toMatchObject({ before: { version: 2 } });
    expect(stored).toBeUndefined();
  });

  it('stays where it is now of a pipeline that the key may not start', async () => {
    meanwhile = () => changed({ pipeline: 'focus/billing/daily_costs' });
    await expect(remove('any', ['gcp/example/*'])).rejects.toMatchObject({ code: 'pipeline_not_allowed' });
    expect(stored).toMatchObject({ version: 2 });
  });

  it('is gone where others have deleted it', async () => {
    meanwhile = () => {
      stored = undefined;
    };
    expect(await remove(['1'])).toMatchObject({ before: { version: 1 } });
  });
});
