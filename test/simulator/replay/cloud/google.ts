import { BigQuery } from '@google-cloud/bigquery';
import type { ControlDataset } from '../../../../shared/google/bigquery/tables/control-dataset';
import type { ListTenantPage } from '../../../../shared/google/bigquery/tables/list-tenants';
import type { Judge } from '../judge/judge';
import type { Life } from '../world/life';
import { type BigQueryModel, controlDataset } from './bigquery';
import type { JobsModel } from './jobs';
import type { PubSubModel } from './pubsub';
import type { PutBack } from './put-back';

export interface CloudModels {
  readonly bigquery: BigQueryModel;
  readonly jobs: JobsModel;
  readonly pubsub: PubSubModel;
  readonly putBack: PutBack;
  readonly violate: Violate;
}

type Violate = Judge['violate'];

/**
 * Google's client, which is asked for its project and for nothing else: the models stand in its place. What asked the network, or
 * looked for the project in files, would go on in real time, and nothing would follow from the seed alone any more.
 */
class ClientWithoutNetwork extends BigQuery {
  constructor(private readonly violate: Violate) {
    super({ projectId: 'simulated' });
  }

  override request({ method = 'GET', uri }: { readonly method?: string; readonly uri: string }): never {
    const facts = `There is no model of ${method} ${uri}`;
    this.violate('unexpected', facts);
    throw new Error(facts);
  }
}

/** How an instance reaches the cloud: in the form in which the functions' compositions take it. */
export const googleOf = (life: Life, { bigquery, jobs, pubsub, putBack, violate }: CloudModels) => {
  const listTenantPage: ListTenantPage = async () => ({
    tenantIds: await bigquery.listTenants(life),
    nextPageToken: undefined,
  });
  return {
    createBigQuery: () => new ClientWithoutNetwork(violate),
    createBigQueryWithoutRetries: () => new ClientWithoutNetwork(violate),
    createRunStatement: () => bigquery.runStatement(life),
    createAppendRows: () => bigquery.appendRows(life),
    createControlDataset: (): ControlDataset => {
      const append = bigquery.appendRows(life);
      return {
        ensure: async () => undefined,
        append: (table, ...rows) =>
          append(controlDataset, table, rows).catch((error: unknown) => {
            if (table !== 'all_runs' || !putBack.has('ledger-alone')) throw error;
          }),
      };
    },
    createReadTenantState: () => (tenantId: string) => bigquery.listTenant(life, tenantId),
    createReadQuotaCounters: () => (tenantId: string) => bigquery.listTenant(life, tenantId),
    createReadTenantSummary: () => async (tenantId: string) => {
      const tenant = await bigquery.listTenant(life, tenantId);
      const { company_name, subscription_tier } = tenant ?? {};
      return (
        tenant && {
          ...tenant,
          company_name: company_name ?? '',
          subscription_tier: subscription_tier ?? '',
          max_queued_pipelines: tenant.max_queued_pipelines ?? 0,
        }
      );
    },
    createReadTenantDetails: () => async (tenantId: string) => {
      const tenant = await bigquery.listTenant(life, tenantId);
      const { company_name, subscription_tier } = tenant ?? {};
      return (
        tenant && {
          ...tenant,
          company_name: company_name ?? '',
          subscription_tier: subscription_tier ?? '',
          alert_at_percent: [...tenant.alert_at_percent],
          max_queued_pipelines: tenant.max_queued_pipelines ?? 0,
        }
      );
    },
    createReadTenantLife: () => async (tenantId: string) => {
      const tenant = await bigquery.listTenant(life, tenantId);
      return tenant && { onboarding_id: tenant.onboarding_id };
    },
    createReadStartersInFlight: () => (tenantId: string) => bigquery.listTenant(life, tenantId),
    createReadScheduleTimings: () => () => bigquery.listSchedules(life),
    createReadSchedules: () => async (ids: ReadonlySet<string>) =>
      (await bigquery.listSchedules(life)).filter(({ schedule_id }) => ids.has(schedule_id)),
    createReadKeyExpiries: () => async (tenantId: string) => bigquery.tablesOf(tenantId).keys,
    createReadKeyName: () => async () => null,
    // No simulated caller asks for it.
    createDescribeDataset: () => () => Promise.reject(new Error('Datasets are not modelled')),
    // Nobody but the runs themselves writes to their tables.
    createDescribeRows: () => async () => ({ rows: 0, bytes: 0, lastModifiedAt: new Date(0), fields: [] }),
    createHoldsSlot:
      () => async (tenantId: string, onboardingId: string | null | undefined, runId: string) => {
        const tenant = await bigquery.listTenant(life, tenantId);
        const isMeant = onboardingId === undefined || tenant?.onboarding_id === onboardingId;
        const slots = (isMeant && tenant?.active_runs) || [];
        return slots.some(({ run_id }) => run_id === runId);
      },
    createListTenantPage: () => listTenantPage,
    createListTenants: () =>
      async function* () {
        yield await bigquery.listTenants(life);
      },
    createRunJob: () => jobs.runJob(life),
    createOpenJobs: () => jobs.openJobs(life),
    createClaimHandOver: () => jobs.claimHandOver(life),
    createReadRunsInFlight: () => async (tenantId: string) => {
      const tenant = await bigquery.listTenant(life, tenantId);
      return tenant && { ...tenant, subscription_tier: tenant.subscription_tier ?? '' };
    },
    createMayHaveRowsSince: () => async () => bigquery.operations().size > 0,
    createPublishOperation: () => pubsub.publishOperation(life),
    createPublishRun: () => pubsub.publishRun(life),
    createPublishTenantEvents: () => pubsub.publishEvents(life),
  };
};
