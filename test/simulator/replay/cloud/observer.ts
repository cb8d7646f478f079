import type { TenantEvent } from '../../../../shared/definitions/schemas/event-schemas';
import type { AppendedRow } from '../../../../shared/google/bigquery/tables/append-rows';
import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';
import type { Tables, TenantRecord } from './tables';

/** Who is told of every change in the cloud, at the moment at which it happens. */
export interface Observer {
  /** A statement has changed the tenant's tables; `before` is the row as it was. */
  readonly changed: (tenantId: string, before: TenantRecord | undefined, tables: Tables) => void;
  /** A statement has read these rows, by these parameters; nobody may hear of them. */
  readonly read: (tenantId: string, statement: string, parameters: object, rows: readonly unknown[]) => void;
  /** A statement has changed schedules. */
  readonly scheduled: (
    statement: string,
    before: readonly ScheduleRow[],
    after: readonly ScheduleRow[],
  ) => void;
  /** A row was taken: sooner or later it can be read. */
  readonly appended: (tenantId: string, table: string, json: AppendedRow['json']) => void;
  /** An event about a tenant was published. */
  readonly published: (event: TenantEvent) => void;
  /** A row can be read. */
  readonly readable: (tenantId: string, table: string, json: AppendedRow['json'], tables: Tables) => void;
  /** A job of a step has begun. */
  readonly started: (tenantId: string, runId: string) => void;
  /** A job of a step has taken effect. */
  readonly effect: (tenantId: string, runId: string, stepId: string) => void;
  /** A delivery was told that it is the one to hand its run over in this turn, which the job id names. */
  readonly handedOver: (runId: string, jobId: string) => void;
}
