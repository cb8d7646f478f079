import { type AuditSetUp, auditedIn } from '../../shared/audit/audited-routes';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { ServiceError } from '../../shared/errors';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createOpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement, type RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import { createReadKeyName } from '../../shared/google/bigquery/tables/read-key-expiries';
import { createDescribeRows } from '../../shared/google/bigquery/tables/read-rows-page';
import {
  createHoldsSlot,
  createReadQuotaCounters,
  createReadTenantLife,
} from '../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishOperation } from '../../shared/google/pubsub/publish-operation';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import type { KeyAddresses, VerifyPerson } from '../../shared/google/verify-person';
import { createCallPlaces, shareOfTenant } from '../../shared/http/limits/call-places';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import { createOperationLog } from '../../shared/operations/operation-log';
import { type AdmitSettings, createAdmit, usualAdmission } from '../../shared/runs/admit';
import { recordIn } from '../../shared/runs/all-runs';
import { createDecisionPlaces } from '../../shared/runs/decision-places';
import { createRecordOutcomes, createTellOutcomes } from '../../shared/runs/record-outcomes';
import { createFindOverwritten } from '../../shared/runs/rerun/overwritten-tables';
import { createSettle, type SettleSettings } from '../../shared/runs/settle';
import { partOfAnswer } from '../../shared/support/answer-time';
import type { Clock } from '../../shared/support/clock';
import { lazily } from '../../shared/support/lazily';
import { unlessAborted } from '../../shared/support/time-limits';
import { createAuthenticateTenant } from '../../shared/tenants/authenticate-tenant';
import { createKeyUses, notingUses } from '../../shared/tenants/key-uses';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import { createTokens } from '../../shared/tenants/rules/tokens';
import type { PlanningSettings, PlanRunSetUp } from './compose-plan-run';
import { type PlanRun, runRoutes } from './handler';
import { createStreamPlaces } from './stream-places';
import { type StreamPace, usualStreamPace } from './stream-run';

export interface RunSetUp {
  readonly runTopic: string;
  /** Where events are published. Unless given, they are not. */
  readonly events?: EventSettings | undefined;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  /** For how many tenants an instance decides at once, at the start; it follows what BigQuery can do. */
  readonly decisionsAtOnce?: number | undefined;
  /** How many other calls an instance works on at once, at the start. */
  readonly callsAtOnce?: number | undefined;
  /** Where these differ from production's. */
  readonly admission?: Partial<AdmitSettings> | undefined;
  readonly settling?: Partial<SettleSettings> | undefined;
  readonly streamPace?: Partial<StreamPace> | undefined;
  /** Which admins may look at tenants' runs. None unless given. */
  readonly adminRule?: AdminRule | undefined;
  /** Where people's proofs are checked against other keys than Google's. */
  readonly keyAddresses?: KeyAddresses | undefined;
  /** By which tokens are signed, the current one first. None unless given. */
  readonly tokenSecrets?: readonly string[] | undefined;
  /** Whether the tenants' tables are to say when each key was used last. */
  readonly notesKeyUses?: boolean | undefined;
  /** How long a caller waits for an answer, in milliseconds. */
  readonly answerMs?: number | undefined;
  /** Where changes are written down. Unless given, they are not. */
  readonly audit?: AuditSetUp | undefined;
  /** Where operations are written and published. Unless given, there are no backfills. */
  readonly operations?: { readonly topic: string; readonly dataset: ControlDatasetSettings } | undefined;
  /** Where settled runs of all tenants are written. Unless given, they are not. */
  readonly control?: ControlDatasetSettings | undefined;
  /** What BigQuery is taken to cost for each TiB that it bills. */
  readonly pricePerTib: number;
  /** Of that price, as ISO 4217 names it. */
  readonly currency: string;
  /** What dry runs go by. Unless given, there are none. */
  readonly planning?: PlanningSettings | undefined;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** An instance takes 250 requests at once (deploy.sh): so there is room for those that are refused. */
const usualCalls = 100;
/** How much of a call's time a read may take: the rest is for the look-up of the key. */
const shareOfRead = 0.55;
/** A request that cancels a run is answered within seconds; a worker has more time. Of callers that wait 15 s. */
const settlingOfRequests = { budgetMs: 10_000, statementMs: 4_000 };

/** What a request may take for its decision, its withdrawal and its settling, in proportion to its whole time. */
const timesWithin = (answerMs: number | undefined) => ({
  admission: {
    budgetMs: partOfAnswer(usualAdmission.budgetMs, answerMs),
    withdrawalMs: partOfAnswer(usualAdmission.withdrawalMs, answerMs),
    answeringMs: partOfAnswer(usualAdmission.answeringMs, answerMs),
  },
  // A statement that has not answered is sent again as soon as ever.
  settling: { ...settlingOfRequests, budgetMs: partOfAnswer(settlingOfRequests.budgetMs, answerMs) },
});

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = {
  createBigQuery,
  createBigQueryWithoutRetries,
  createRunStatement,
  createAppendRows,
  createControlDataset,
  createHoldsSlot,
  createReadQuotaCounters,
  createReadTenantLife,
  createDescribeRows,
  createReadKeyName,
  createOpenJobs,
  createPublishRun,
  createPublishOperation,
  createPublishTenantEvents,
};

/** Puts the function together: which part uses which client, and the routes over them. */
export function composeRun(setUp: RunSetUp, given: Partial<typeof realGoogle> = {}): readonly Route[] {
  const google = { ...realGoogle, ...given };
  const { pipelines, adminRule = nobody, clock, log } = setUp;
  const { now } = clock;
  const bigquery = google.createBigQuery();
  const openControl = (settings: ControlDatasetSettings) => google.createControlDataset(bigquery, settings);
  const withoutRetries = google.createBigQueryWithoutRetries();
  // Admission, settling and key look-ups have back-offs of their own.
  const runStatement = google.createRunStatement(withoutRetries);
  const places = createDecisionPlaces({
    usual: setUp.decisionsAtOnce,
    answerMs: setUp.answerMs,
    monotonicMs: clock.monotonicMs,
  });
  const runWatched = places.watched(runStatement);
  const tokens = createTokens(setUp.tokenSecrets ?? []);
  const callPlaces = createCallPlaces({
    usual: setUp.callsAtOnce ?? usualCalls,
    // These calls are tenants' first of all. Whoever brings what looks like a person's proof is no tenant, either.
    shareOfOthers: shareOfTenant,
    monotonicMs: clock.monotonicMs,
  });
  const readMs = setUp.answerMs && setUp.answerMs * shareOfRead;
  const readStatement = callPlaces.watched(google.createRunStatement(bigquery, readMs), readMs);
  const publishOperation =
    setUp.operations && google.createPublishOperation(setUp.operations.topic, withoutRetries);
  const recordOutcomes = createRecordOutcomes({
    tellOutcomes: createTellOutcomes(
      google.createPublishTenantEvents(setUp.events, withoutRetries),
      publishOperation,
    ),
    appendRows: google.createAppendRows(withoutRetries),
    now,
    log,
  });
  const control = setUp.control && google.createControlDataset(withoutRetries, setUp.control);
  const publishRun = google.createPublishRun(setUp.runTopic, withoutRetries);
  const authenticate = createAuthenticateTenant(runWatched, clock, { answerMs: setUp.answerMs });
  const times = timesWithin(setUp.answerMs);
  const routes = runRoutes({
    checkToken: (token) => tokens.check(token, setUp.clock.now()),
    authenticateTenant: setUp.notesKeyUses
      ? notingUses(authenticate, createKeyUses(runStatement, clock))
      : authenticate,
    adminRule,
    verifyPerson: personsOf(adminRule, setUp),
    controlDataset: setUp.control?.name ?? 'tenant_pipelines',
    runStatement: readStatement,
    pipelines,
    inPlace: places.inPlace,
    inPlaces: callPlaces.inPlaces,
    monotonicMs: clock.monotonicMs,
    results: lazily(async () => {
      const {
        composeResults,
      }: typeof import('./results/compose-results') = require('./results/compose-results');
      return composeResults(bigquery, { now, log });
    }),
    planRun: createPlanRun(setUp, bigquery, readStatement),
    admit: createAdmit(
      {
        runStatement: runWatched,
        readQuotaCounters: google.createReadQuotaCounters(withoutRetries),
        publishRun,
        newId: setUp.newId,
        clock,
        log,
      },
      { ...times.admission, ...setUp.admission },
    ),
    publishRun,
    settle: createSettle(
      { runStatement, recordOutcomes, recordInAllRuns: recordIn(control, clock), publishRun, now, log },
      { ...times.settling, ...setUp.settling },
    ),
    openJobs: google.createOpenJobs(bigquery),
    readKeyName: google.createReadKeyName(bigquery),
    holdsSlot: google.createHoldsSlot(bigquery),
    takePlace: createStreamPlaces(),
    streamPace: { ...usualStreamPace, ...setUp.streamPace },
    pricePerTib: setUp.pricePerTib,
    currency: setUp.currency,
    newId: setUp.newId,
    now,
    log,
    readTenantLife: google.createReadTenantLife(bigquery),
    findOverwritten: createFindOverwritten(google.createDescribeRows(bigquery)),
    operations:
      setUp.operations &&
      createOperationLog({
        append: google.createControlDataset(bigquery, setUp.operations.dataset).append,
        runStatement: readStatement,
        controlDataset: setUp.operations.dataset.name,
        newId: setUp.newId,
        now,
      }),
    publishOperation,
  });
  return auditedIn(setUp.audit, openControl, routes, setUp);
}

const nobody: AdminRule = { kind: 'named', keys: [], people: undefined };

/** What checks people's proofs is loaded with the first of them: most instances never see one. */
function personsOf(
  rule: AdminRule,
  { clock, keyAddresses }: Pick<RunSetUp, 'clock' | 'keyAddresses'>,
): VerifyPerson | undefined {
  if (rule.kind !== 'named' || rule.people === undefined) return undefined;
  const load = lazily(async () => {
    const {
      verifyPersonOf,
    }: typeof import('../../shared/google/verify-person') = require('../../shared/google/verify-person');
    return verifyPersonOf(rule, clock.monotonicMs, keyAddresses);
  });
  return async (proof) => (await load())?.(proof);
}

/** Of a call's time a dry run may take so much: then its caller is told that nothing was started. */
const shareOfPlan = 0.8;

function createPlanRun(
  setUp: RunSetUp,
  bigquery: PlanRunSetUp['bigquery'],
  runStatement: RunStatement,
): PlanRun {
  const { planning, pricePerTib, currency, answerMs, newId, clock } = setUp;
  const load = lazily(async () => {
    if (planning === undefined) throw new ServiceError('invalid_request', 'There are no dry runs here');
    // Loaded on demand: most instances plan nothing.
    const { composePlanRun }: typeof import('./compose-plan-run') = require('./compose-plan-run');
    const price = { pricePerTib, currency };
    return composePlanRun({ ...planning, ...price, bigquery, runStatement, newId, now: clock.now });
  });
  return async (request) => {
    const planRun = await load();
    const timeUp =
      answerMs === undefined ? new AbortController().signal : AbortSignal.timeout(answerMs * shareOfPlan);
    try {
      return await unlessAborted(planRun(request, timeUp), timeUp);
    } catch (error) {
      if (!timeUp.aborted) throw error;
      throw new ServiceError('unavailable', 'The dry run took too long. Nothing was started.', {
        retryAfterSeconds: 5,
        cause: error,
      });
    }
  };
}
