import { alterSchedule } from '../../../../functions/tenants/schedules/administer-schedules';
import type { RunStatement } from '../../../../shared/google/bigquery/statements/run-statement';
import { changeSchedule } from '../../../../shared/sql/schedules/change-schedule';
import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';
import { aSchedule } from './a-schedule';

const now = new Date('2026-11-30T12:00:00Z');

describe('A change of a schedule whose UPDATE has changed nothing', () => {
  /** Alters its description where it is found like this afterwards. */
  async function alterFinding(afterwards: Partial<ScheduleRow>) {
    let stored = aSchedule({});
    const runStatement: RunStatement = async (_dataset, statement) => {
      if (statement.name === changeSchedule.name) {
        stored = aSchedule({ version: 2, updated_at: now, ...afterwards });
        return { rows: [], affectedRows: 0, location: 'US' };
      }
      const cells = Object.entries(stored).map(([column, value]) => [
        column,
        value instanceof Date ? { value: value.toISOString() } : value,
      ]);
      return { rows: [statement.row.parse(Object.fromEntries(cells))], affectedRows: 0, location: 'US' };
    };
    const { after } = await alterSchedule(
      { tenant_id: 'acme', onboarding_id: 'life-1' },
      'sch_hourly',
      { description: 'Ours', state: 'paused' },
      ['1'],
      { id: 'key-1', pipelines: [] },
      {
        runStatement,
        controlDataset: 'tenant_pipelines',
        ensureControl: async () => undefined,
        readPipelines: () => new Map(),
        now: () => now,
        newId: () => 'id',
      },
    );
    return after;
  }

  it('was made, where it is found as it was to become, however far planning has come', async () => {
    const ours = { description: 'Ours', state: 'paused', handled_until: now } as const;
    expect(await alterFinding(ours)).toMatchObject({ version: 2, description: 'Ours' });
  });

  it('was not, where another of the same millisecond was', async () => {
    const theirs = { description: 'Theirs', state: 'paused' } as const;
    await expect(alterFinding(theirs)).rejects.toMatchObject({ code: 'precondition_failed' });
  });
});
