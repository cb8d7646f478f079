import { type AuditSetUp, auditedIn } from '../../shared/audit/audited-routes';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { MetadataTable } from '../../shared/definitions/tables';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createRunJob } from '../../shared/google/bigquery/jobs/run-job';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import { type KeyAddresses, verifyPersonOf } from '../../shared/google/verify-person';
import { createCallPlaces } from '../../shared/http/limits/call-places';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import type { Clock } from '../../shared/support/clock';
import { createAnnounce } from '../../shared/tenants/announce';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import type { TierQuotas } from '../../shared/tenants/rules/quotas';
import { createDryRun } from './dry-run';
import { createFindOffboardedSoon } from './find-offboarded-soon';
import { onboardRoutes } from './handler';

export interface OnboardSetUp {
  readonly adminRule: AdminRule;
  /** Where people's proofs are checked against other keys than Google's. */
  readonly keyAddresses?: KeyAddresses | undefined;
  readonly tables: readonly MetadataTable[];
  readonly tiers: Readonly<Record<string, TierQuotas>>;
  /** The location of datasets whose onboarding names none. */
  readonly defaultLocation: string;
  /** Undefined: onboarded tenants are not tried. */
  readonly dryRun: PipelineDefinition | undefined;
  /** Where tenant.onboarded is published. Unless given, it is not. */
  readonly events?: EventSettings | undefined;
  /** How long a caller waits for an answer, in milliseconds. */
  readonly answerMs: number;
  /** How many onboardings an instance works on at once. */
  readonly callsAtOnce?: number | undefined;
  /** Where changes are written down. Unless given, they are not. */
  readonly audit?: AuditSetUp | undefined;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** An instance takes 20 requests at once (deploy.sh): so there is room for those that are refused. */
const usualCalls = 15;

/** How much of a call's time it may take whether the name is free: the tenant's own dataset needs most of it. */
const shareOfFinding = 1 / 3;

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = {
  createBigQuery,
  createRunStatement,
  createRunJob,
  createTenantDatasets,
  createPublishTenantEvents,
};

/** Puts the function together: which part uses which client, and the route over them. */
export function composeOnboard(
  { dryRun, events, callsAtOnce = usualCalls, clock, log, ...setUp }: OnboardSetUp,
  given: Partial<typeof realGoogle> = {},
): readonly Route[] {
  const google = { ...realGoogle, ...given };
  const bigquery = google.createBigQuery();
  const openControl = (settings: ControlDatasetSettings) => createControlDataset(bigquery, settings);
  const places = createCallPlaces({ usual: callsAtOnce, monotonicMs: clock.monotonicMs });
  const runStatement = google.createRunStatement(bigquery);
  const control = setUp.audit?.dataset.name;
  const findingMs = setUp.answerMs * shareOfFinding;
  const routes = onboardRoutes({
    ...setUp,
    verifyPerson: verifyPersonOf(setUp.adminRule, clock.monotonicMs, setUp.keyAddresses),
    runStatement,
    findOffboarded:
      control === undefined
        ? async () => undefined
        : createFindOffboardedSoon(control, runStatement, findingMs),
    datasets: google.createTenantDatasets(bigquery),
    dryRun: createDryRun({ definition: dryRun, runJob: google.createRunJob(bigquery), clock, log }),
    announce: createAnnounce(google.createPublishTenantEvents(events, bigquery), log),
    clock,
    now: clock.now,
    log,
  });
  const audited = auditedIn(setUp.audit, openControl, routes, { ...setUp, clock });
  return places.inPlaces(audited, () => undefined);
}
