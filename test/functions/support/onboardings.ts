import { call, endOfRun, query, type TestCloud, whenQuiet, withKey } from '../../support/local-cloud';

const request = {
  company_name: 'Test Corporation',
  contact_email: 'admin@testcorp.com',
  subscription_tier: 'STARTER',
};

/** Onboards tenants of a cloud, and looks at what is made. */
export const onboardingsOf = (cloudOf: () => TestCloud) => {
  const rowsOf = (tenantId: string, table: string) =>
    query(cloudOf().bigquery, tenantId, `SELECT * FROM ${table}`);
  return {
    post: (tenantId: string, change: Record<string, unknown> = {}) =>
      call(cloudOf().url, 'POST', '/api/v1/customers/onboard', {
        body: { tenant_id: tenantId, ...request, ...change },
      }),
    tenantRows: (tenantId: string) => rowsOf(tenantId, 'tenants'),
    keyRows: (tenantId: string) => rowsOf(tenantId, 'api_keys'),
    /** A run of the tenant, as it is when it has ended. */
    dryrun: async (tenantId: string, apiKey: string) => {
      const { url, bigquery } = cloudOf();
      const path = `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
      const { status, body } = await call(url, 'POST', path, { headers: withKey(apiKey) });
      expect({ status, body }).toMatchObject({ status: 202 });
      const run = await endOfRun(url, apiKey, body.run_id);
      await whenQuiet(bigquery, tenantId);
      return run;
    },
  };
};
