import { type AuditSetUp, auditedIn } from '../../shared/audit/audited-routes';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import { createDescribeDataset } from '../../shared/google/bigquery/tables/describe-dataset';
import { createListTenantPage, createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import {
  createReadAdmissionState,
  createReadTenantRow,
} from '../../shared/google/bigquery/tables/read-admission-state';
import {
  createReadRunsInFlight,
  createReadTenantDetails,
  createReadTenantLife,
  createReadTenantSummary,
} from '../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishDeliveries } from '../../shared/google/pubsub/publish-deliveries';
import { createPublishOperation } from '../../shared/google/pubsub/publish-operation';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import { type KeyAddresses, verifyPersonOf } from '../../shared/google/verify-person';
import { apparentTenant } from '../../shared/http/authorize';
import { createCallPlaces } from '../../shared/http/limits/call-places';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import { usualAnswerMs } from '../../shared/support/answer-time';
import type { Clock } from '../../shared/support/clock';
import { createAnnounce } from '../../shared/tenants/announce';
import { createAuthenticateTenant } from '../../shared/tenants/authenticate-tenant';
import { createKeyUses, notingUses } from '../../shared/tenants/key-uses';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import type { TierQuotas } from '../../shared/tenants/rules/quotas';
import { createTokens } from '../../shared/tenants/rules/tokens';
import type { WebhookSecrets } from '../../shared/webhooks/rules/webhook-secret';
import { tenantsRoutes } from './handler';
import { composeOffboarding } from './offboarding/compose-offboarding';
import { allOperationRoutes, type OperationsSetUp } from './operations/all-routes';
import { createReadOverview } from './overview/read-overview';
import { createReadTenantRows } from './overview/tenant-rows';

export interface TenantsSetUp {
  readonly adminRule: AdminRule;
  /** Where people's proofs are checked against other keys than Google's. */
  readonly keyAddresses?: KeyAddresses | undefined;
  readonly tiers: Readonly<Record<string, TierQuotas>>;
  /** By which tokens are signed, the current one first. None unless given. */
  readonly tokenSecrets?: readonly string[] | undefined;
  /** From which the secrets of webhooks follow. Unless given, none are made. */
  readonly webhookSecrets?: WebhookSecrets | undefined;
  /** Where what is to be delivered to webhooks is published. */
  readonly deliveryTopic?: string | undefined;
  /** Whether the tenants' tables are to say when each key was used last. */
  readonly notesKeyUses?: boolean | undefined;
  /** By path. Read when runs are cancelled or scheduled. None unless given. */
  readonly readPipelines?: (() => ReadonlyMap<string, PipelineDefinition>) | undefined;
  /** What BigQuery is taken to cost for each TiB that it bills. */
  readonly pricePerTib: number;
  /** Of that price, as ISO 4217 names it. */
  readonly currency: string;
  /** How long a caller waits for an answer, in milliseconds. */
  readonly answerMs?: number | undefined;
  /** How many calls an instance works on at once, at the start. */
  readonly callsAtOnce?: number | undefined;
  /** Where changes are written down. Unless given, they are not. */
  readonly audit?: AuditSetUp | undefined;
  /** Where events are published. Unless given, they are not. */
  readonly events?: EventSettings | undefined;
  /** Unless given, there are no operations. */
  readonly operations?: OperationsSetUp | undefined;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** How much of a call's time a statement may take, so that it can be tried again. */
const shareOfStatement = 0.4;

/** An instance takes 80 requests at once (deploy.sh): so there is room for those that are refused. */
const usualCalls = 60;

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = {
  createBigQuery,
  createRunStatement,
  createControlDataset,
  createListTenants,
  createListTenantPage,
  createReadRunsInFlight,
  createReadTenantSummary,
  createReadTenantDetails,
  createReadTenantLife,
  createDescribeDataset,
  createPublishOperation,
  createPublishTenantEvents,
};

/** Puts the function together: which part uses which client, and the routes over them. */
export function composeTenants(
  setUp: TenantsSetUp,
  given: Partial<typeof realGoogle> = {},
): readonly Route[] {
  const google = { ...realGoogle, ...given };
  const bigquery = google.createBigQuery();
  const openControl = (settings: ControlDatasetSettings) => google.createControlDataset(bigquery, settings);
  const { clock, callsAtOnce = usualCalls } = setUp;
  const places = createCallPlaces({ usual: callsAtOnce, monotonicMs: clock.monotonicMs });
  const statementMs = setUp.answerMs && setUp.answerMs * shareOfStatement;
  const runStatement = places.watched(google.createRunStatement(bigquery, statementMs), statementMs);
  const publishEvents = google.createPublishTenantEvents(setUp.events, bigquery);
  const tokens = createTokens(setUp.tokenSecrets ?? []);
  const checkToken = (token: string) => tokens.check(token, clock.now());
  const authenticate = createAuthenticateTenant(runStatement, clock, { answerMs: setUp.answerMs });
  const authenticateTenant = setUp.notesKeyUses
    ? notingUses(authenticate, createKeyUses(runStatement, clock))
    : authenticate;
  const verifyPerson = verifyPersonOf(setUp.adminRule, clock.monotonicMs, setUp.keyAddresses);
  const listTenantPage = google.createListTenantPage(bigquery);
  const tenantRows = createReadTenantRows({
    listTenantPage,
    readAdmissionState: createReadAdmissionState(bigquery),
    clock,
    log: setUp.log,
  });
  const routes = tenantsRoutes({
    ...setUp,
    hasAuditLog: setUp.audit !== undefined,
    controlDataset: setUp.audit?.dataset.name ?? 'tenant_pipelines',
    ensureControl: async () => setUp.audit && openControl(setUp.audit.dataset).ensure(),
    readTenantDetails: google.createReadTenantDetails(bigquery),
    readTenantRow: createReadTenantRow(bigquery),
    readTenantLife: google.createReadTenantLife(bigquery),
    readPipelines: setUp.readPipelines ?? (() => new Map()),
    webhookSecrets: setUp.webhookSecrets,
    publishDeliveries: createPublishDeliveries(setUp.deliveryTopic ?? 'webhook-deliveries', bigquery),
    now: clock.now,
    checkToken,
    verifyPerson,
    tokens,
    authenticateTenant,
    runStatement,
    announce: createAnnounce(publishEvents, setUp.log),
    listTenantPage,
    tenantRows,
    readOverview: createReadOverview({
      tenantRows,
      runStatement,
      controlDataset: setUp.audit?.dataset.name,
      clock,
    }),
    readTenantSummary: google.createReadTenantSummary(bigquery),
    describeDataset: google.createDescribeDataset(bigquery),
    offboarding:
      setUp.audit &&
      composeOffboarding(
        {
          control: setUp.audit.dataset,
          pipelines: setUp.readPipelines ?? (() => new Map()),
          clock,
          log: setUp.log,
        },
        bigquery,
        runStatement,
        publishEvents,
      ),
  });
  const ofOperations =
    setUp.operations === undefined
      ? []
      : allOperationRoutes({
          ...setUp,
          control: openControl(setUp.operations.dataset),
          controlDataset: setUp.operations.dataset.name,
          runStatement,
          publishOperation: google.createPublishOperation(setUp.operations.topic, bigquery),
          listTenants: google.createListTenants(bigquery),
          readRunsInFlight: google.createReadRunsInFlight(bigquery),
          readTenantLife: google.createReadTenantLife(bigquery),
          answerMs: setUp.answerMs ?? usualAnswerMs,
          log: setUp.operations.log,
          checkToken,
          verifyPerson,
          authenticateTenant,
        });
  const audited = auditedIn(setUp.audit, openControl, [...routes, ...ofOperations], setUp);
  return places.inPlaces(audited, (request) => apparentTenant(request, { checkToken }));
}
