import type { RunStatement } from '../../../../shared/google/bigquery/statements/run-statement';
import type { AppendedRow, AppendRows } from '../../../../shared/google/bigquery/tables/append-rows';
import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';
import type { Journal } from '../judge/journal';
import type { Chance } from '../time/chance';
import type { VirtualTime } from '../time/virtual-time';
import { type MakeCall, notFoundError, type Trouble } from '../world/calls';
import type { Life } from '../world/life';
import type { Observer } from './observer';
import type { PutBack } from './put-back';
import { deniedTables } from './rights';
import { createStatementCalls, type StatementWork } from './statement-calls';
import { statementModels } from './statements';
import { addRow, emptyTables, type Tables, type TenantRecord } from './tables';

/** What tabledata.list shows. */
type ListedState = Pick<Tables, 'tenant' | 'schedules'>;

interface Dataset {
  readonly tables: Tables;
  /** Earlier states of what is listed, oldest first, with the time at which each was replaced. */
  readonly earlier: (ListedState & { readonly until: number })[];
  /** When BigQuery last took a row with this insertId. */
  readonly insertIds: Map<string, number>;
}

export interface BigQueryModel {
  readonly tenantIds: () => readonly string[];
  readonly tablesOf: (tenantId: string) => Tables;
  /** The rows of `all_runs` that can be read. */
  readonly allRuns: () => Tables['allRuns'];
  readonly schedules: () => Tables['schedules'];
  /** The rows of each operation that can be read. */
  readonly operations: () => Tables['operationsOf'];
  /** Runs a statement at once, without an instance: for the world's set-up. */
  readonly apply: (tenantId: string, statement: string, parameters: object) => void;
  readonly createTenant: (tenantId: string) => void;
  readonly runStatement: (life: Life) => RunStatement;
  readonly appendRows: (life: Life) => AppendRows;
  /** The tenant row as tabledata.list gives it, which may be that of a moment ago. */
  readonly listTenant: (life: Life, tenantId: string) => Promise<TenantRecord | undefined>;
  readonly listTenants: (life: Life) => Promise<readonly string[]>;
  /** Likewise, all of them. */
  readonly listSchedules: (life: Life) => Promise<readonly ScheduleRow[]>;
  /** Streamed rows that cannot be read yet. */
  readonly unreadable: () => number;
}

/** The dataset of what concerns more than one tenant. It has no tenant's tables, and is no tenant. */
export const controlDataset = 'tenant_pipelines';

/** Whose rights an instance has: tick-2.1 those of tick. */
const accountOf = ({ name }: Life): string => {
  const [fleet = ''] = name.split('-');
  return fleet === 'reset' ? 'reset-quotas' : fleet;
};

const listLatencyMs = [20, 300] as const;
const appendLatencyMs = [20, 400] as const;
/** A streamed row can be read at once, most often. */
const readableAfterMs = [0, 8_000] as const;
/** How old a state tabledata.list may show. */
const staleMs = 10_000;
/** BigQuery remembers insertIds for a minute at best. */
const rememberedMs = 60_000;

export function createBigQueryModel(world: {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trouble: Trouble;
  readonly call: MakeCall;
  readonly observer: Observer;
  readonly journal: Journal;
  readonly putBack: PutBack;
}): BigQueryModel {
  const { time, chance, trouble, call, observer, putBack } = world;
  const newDataset = (): Dataset => ({ tables: emptyTables(putBack), earlier: [], insertIds: new Map() });
  const datasets = new Map<string, Dataset>();
  const control = newDataset();
  let unreadable = 0;

  const datasetOf = (tenantId: string): Dataset => {
    const dataset = tenantId === controlDataset ? control : datasets.get(tenantId);
    if (dataset === undefined) throw notFoundError(`Dataset ${tenantId}`);
    return dataset;
  };
  const modelOfStatement = (name: string) => {
    const model = statementModels.get(name);
    if (model === undefined) throw new Error(`There is no model of the statement ${name}`);
    return model;
  };

  function change(tenantId: string, name: string, parameters: object, sentAt: number): number {
    const { tables, earlier } = datasetOf(tenantId);
    const { tenant: before, schedules } = tables;
    // CURRENT_TIMESTAMP() of a statement that waited may be that of its submission.
    const at = new Date(chance.happens(0.5) ? sentAt : time.now());
    const affected = modelOfStatement(name).change?.(tables, parameters, at) ?? 0;
    if ((before !== undefined && before !== tables.tenant) || schedules !== tables.schedules) {
      earlier.push({ until: time.now(), tenant: before, schedules });
      while ((earlier[0]?.until ?? time.now()) < time.now() - staleMs) earlier.shift();
    }
    if (schedules === tables.schedules) observer.changed(tenantId, before, tables);
    else observer.scheduled(name, schedules, tables.schedules);
    return affected;
  }

  function take(tenantId: string, table: string, { insertId, json }: AppendedRow): void {
    const { tables, insertIds } = datasetOf(tenantId);
    const key = `${table} ${insertId}`;
    const isRemembered = time.now() - (insertIds.get(key) ?? Number.NEGATIVE_INFINITY) < rememberedMs;
    insertIds.set(key, time.now());
    if (isRemembered && !chance.happens(trouble.faultRate)) return;
    observer.appended(tenantId, table, json);
    unreadable++;
    const show = () => {
      unreadable--;
      addRow(tables, table, json);
      observer.readable(tenantId, table, json, tables);
    };
    if (chance.happens(0.6)) show();
    else time.after(chance.mostlyShort(...readableAfterMs), undefined, show);
  }

  /** tabledata.list, which may show what was there a moment ago. */
  function list<T>(life: Life, dataset: string, of: (state: ListedState) => T): Promise<T> {
    let state: ListedState | undefined;
    return call(life, {
      what: `list ${dataset}`,
      effects: [
        () => {
          const { tables, earlier } = datasetOf(dataset);
          const stale = chance.happens(0.2) && earlier.length > 0 ? chance.pick(earlier) : undefined;
          const isRecent = stale !== undefined && stale.until > time.now() - staleMs;
          const { tenant, schedules } = isRecent ? stale : tables;
          state = { tenant, schedules };
        },
      ],
      answer: () => of(state ?? datasetOf(dataset).tables),
      latencyMs: listLatencyMs,
    });
  }

  function workOf(tenantId: string, name: string, parameters: object): StatementWork | undefined {
    if (tenantId !== controlDataset && !datasets.has(tenantId)) return undefined;
    const { change: changing, read: reading } = modelOfStatement(name);
    const sentAt = time.now();
    return {
      change: changing && (() => change(tenantId, name, parameters, sentAt)),
      read:
        reading &&
        (() => {
          const rows = reading(datasetOf(tenantId).tables, parameters);
          observer.read(tenantId, name, parameters, rows);
          return rows;
        }),
    };
  }

  const statementCalls = createStatementCalls({ ...world, workOf });

  return {
    tenantIds: () => [...datasets.keys()],
    tablesOf: (tenantId) => datasetOf(tenantId).tables,
    allRuns: () => control.tables.allRuns,
    schedules: () => control.tables.schedules,
    operations: () => control.tables.operationsOf,
    apply: (tenantId, statement, parameters) => void change(tenantId, statement, parameters, time.now()),
    createTenant: (tenantId) => void datasets.set(tenantId, newDataset()),
    runStatement: (life) => {
      const run = statementCalls(life);
      return (dataset, statement, ...rest) => {
        const denied = deniedTables(accountOf(life), statement, dataset === controlDataset);
        if (denied.length > 0) {
          const facts = `${life.name} may not touch ${denied.join(' and ')}, as ${statement.name} does`;
          world.journal.violate('unexpected', facts);
        }
        return run(dataset, statement, ...rest);
      };
    },
    appendRows: (life) => (tenantId, table, rows) =>
      call(life, {
        what: `append ${table} ${rows.map(({ insertId }) => insertId).join()}`,
        effects: [
          () => {
            for (const row of rows) take(tenantId, table, row);
          },
        ],
        answer: () => undefined,
        latencyMs: appendLatencyMs,
      }),
    listTenant: (life, tenantId) => list(life, tenantId, ({ tenant }) => tenant),
    listSchedules: (life) => list(life, controlDataset, ({ schedules }) => schedules),
    listTenants: (life) =>
      call(life, {
        what: 'list tenants',
        effects: [],
        answer: () => [...datasets.keys()],
        latencyMs: listLatencyMs,
      }),
    unreadable: () => unreadable,
  };
}
