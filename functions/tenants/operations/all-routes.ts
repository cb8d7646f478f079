import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type {
  ControlDataset,
  ControlDatasetSettings,
} from '../../../shared/google/bigquery/tables/control-dataset';
import type { ListTenants } from '../../../shared/google/bigquery/tables/list-tenants';
import type {
  ReadRunsInFlight,
  ReadTenantLife,
} from '../../../shared/google/bigquery/tables/read-tenant-state';
import type { PublishOperation } from '../../../shared/google/pubsub/publish-operation';
import type { AdminAuthentication, TenantAuthentication } from '../../../shared/http/authorize';
import type { Route } from '../../../shared/http/route';
import type { Log } from '../../../shared/log';
import { createOperationLog } from '../../../shared/operations/operation-log';
import type { Clock } from '../../../shared/support/clock';
import type { Quotas } from '../../../shared/tenants/rules/quotas';
import { bulkCancelRoutes } from './bulk-cancel-routes';
import { bulkRerunRoutes } from './bulk-rerun-routes';
import { operationRoutes } from './operation-routes';

/** What a deployment's operations need to be started and shown. */
export interface OperationsSetUp {
  readonly topic: string;
  readonly dataset: ControlDatasetSettings;
  readonly log: Log;
}

interface AllOperationsDependencies extends AdminAuthentication, TenantAuthentication {
  readonly control: ControlDataset;
  readonly controlDataset: string;
  readonly runStatement: RunStatement;
  readonly publishOperation: PublishOperation;
  readonly listTenants: ListTenants;
  readonly readRunsInFlight: ReadRunsInFlight;
  readonly readTenantLife: ReadTenantLife;
  readonly tiers: Readonly<Record<string, Quotas>>;
  /** How long a caller waits for an answer, in milliseconds. */
  readonly answerMs: number;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Of a call's time: the rest is for the look-up of the key, and for what is under way when counting ends. */
const shareOfCounting = 0.4;

/** Starting operations, and what becomes of them. */
export function allOperationRoutes(deps: AllOperationsDependencies): readonly Route[] {
  const { now } = deps.clock;
  const operations = createOperationLog({ ...deps, append: deps.control.append, now });
  const countMs = deps.answerMs * shareOfCounting;
  return [
    ...bulkCancelRoutes({ ...deps, operations, countMs, now }),
    ...bulkRerunRoutes({ ...deps, operations, now }),
    ...operationRoutes({ ...deps, operations, now }),
  ];
}
