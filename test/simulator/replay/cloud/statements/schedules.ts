import { changeSchedule } from '../../../../../shared/sql/schedules/change-schedule';
import { deleteSchedule } from '../../../../../shared/sql/schedules/delete-schedule';
import { insertSchedule } from '../../../../../shared/sql/schedules/insert-schedule';
import { listScheduleTimes } from '../../../../../shared/sql/schedules/list-schedule-times';
import { listSchedules } from '../../../../../shared/sql/schedules/list-schedules';
import { noteHandledTimes } from '../../../../../shared/sql/schedules/note-handled-times';
import { type ScheduleRow, scheduleRow } from '../../../../../shared/sql/schedules/schedule-row';
import { cellOf, modelOf } from '../statement-model';
import type { ScheduleTimeRecord, Tables } from '../tables';
import { compare } from './recorded';

/** The columns that a statement's parameters give. */
const givenColumns = scheduleRow.omit({ state: true, reason: true, version: true, handled_until: true });

const cellsOfSchedule = ({ anchor, handled_until, created_at, updated_at, ...row }: ScheduleRow) => ({
  ...row,
  anchor: cellOf(anchor),
  handled_until: cellOf(handled_until),
  created_at: cellOf(created_at),
  updated_at: cellOf(updated_at),
});

/** Schedules that `change` gives another row of; resolves to how many. */
function changeSchedules(tables: Tables, change: (row: ScheduleRow) => ScheduleRow | undefined): number {
  let changed = 0;
  const schedules = tables.schedules.map((row) => {
    const after = change(row);
    if (after !== undefined) changed++;
    return after ?? row;
  });
  if (changed > 0) tables.schedules = schedules;
  return changed;
}

const later = (one: Date, other: Date | null): Date => (other !== null && other > one ? other : one);

/** Of several rows of a planned time the one that counts. */
const byRank = (one: ScheduleTimeRecord, other: ScheduleTimeRecord): number =>
  compare(other.outcome === 'started', one.outcome === 'started') ||
  compare(saysWhy(one), saysWhy(other)) * -1 ||
  compare(one.recorded_at, other.recorded_at);

const saysWhy = ({ outcome, code }: ScheduleTimeRecord): boolean => outcome !== 'refused' || code !== null;

export const scheduleModels = [
  modelOf(insertSchedule, {
    change(tables, { now, handled_until, most, ...given }) {
      const own = tables.schedules.filter(({ tenant_id }) => tenant_id === given.tenant_id);
      if (own.some(({ schedule_id }) => schedule_id === given.schedule_id)) return 0;
      if (own.length >= (most ?? 0) || now === null || handled_until === null) return 0;
      const columns = givenColumns.parse({
        ...given,
        created_at: cellOf(now),
        updated_at: cellOf(now),
        anchor: cellOf(given.anchor),
      });
      const row: ScheduleRow = { ...columns, state: 'active', reason: null, version: 1, handled_until };
      tables.schedules = [...tables.schedules, row];
      return 1;
    },
    read: ({ schedules }, { schedule_id }) =>
      schedules.filter((row) => row.schedule_id === schedule_id).map(cellsOfSchedule),
  }),
  modelOf(listSchedules, {
    read: ({ schedules }, { tenant_id, schedule_id }) =>
      schedules
        .filter((row) => row.tenant_id === tenant_id)
        .filter((row) => schedule_id === null || row.schedule_id === schedule_id)
        .map(cellsOfSchedule),
  }),
  modelOf(changeSchedule, {
    change: (tables, { now, version, done_until, state, ...given }) =>
      changeSchedules(tables, (row) => {
        if (row.schedule_id !== given.schedule_id || row.tenant_id !== given.tenant_id) return undefined;
        if (row.version !== version || now === null) return undefined;
        const { onboarding_id, created_at, created_by } = row;
        const kept = { onboarding_id, created_at: cellOf(created_at), created_by };
        return {
          ...givenColumns.parse({ ...given, ...kept, anchor: cellOf(given.anchor), updated_at: cellOf(now) }),
          state: scheduleRow.shape.state.parse(state),
          reason: state === 'disabled' ? row.reason : null,
          handled_until: later(row.handled_until, done_until),
          version: version + 1,
        };
      }),
  }),
  modelOf(deleteSchedule, {
    change(tables, { tenant_id, schedule_id, version }) {
      const isMeant = (row: ScheduleRow) =>
        row.tenant_id === tenant_id && row.schedule_id === schedule_id && row.version === version;
      const kept = tables.schedules.filter((row) => !isMeant(row));
      const deleted = tables.schedules.length - kept.length;
      if (deleted > 0) tables.schedules = kept;
      return deleted;
    },
  }),
  modelOf(noteHandledTimes, {
    change: (tables, { handled, now }) =>
      changeSchedules(tables, (row) => {
        const noted = handled.find(({ schedule_id }) => schedule_id === row.schedule_id);
        if (noted === undefined) return undefined;
        const isDisabled = noted.reason !== null && noted.version === row.version;
        return {
          ...row,
          handled_until: later(row.handled_until, noted.handled_until),
          ...(isDisabled && {
            state: 'disabled' as const,
            reason: noted.reason,
            updated_at: now ?? row.updated_at,
          }),
        };
      }),
  }),
  modelOf(listScheduleTimes, {
    read({ scheduleTimes }, { schedule_id, from, to, until_at, outcome, most }) {
      const before = until_at ?? to ?? new Date(0);
      const rows = scheduleTimes
        .filter((row) => row.schedule_id === schedule_id)
        .filter(({ planned_at }) => from !== null && planned_at >= from && planned_at < before)
        .toSorted((one, other) => compare(other.planned_at, one.planned_at) || byRank(one, other));
      return rows
        .filter((row, index) => rows[index - 1]?.planned_at.getTime() !== row.planned_at.getTime())
        .filter((row) => outcome === null || row.outcome === outcome)
        .slice(0, most ?? 0)
        .map(({ planned_at, missed_since, recorded_at, ...row }) => ({
          ...row,
          planned_at: cellOf(planned_at),
          missed_since: cellOf(missed_since),
          recorded_at: cellOf(recorded_at),
        }));
    },
  }),
];
