import fc from 'fast-check';
import { findApiKey } from '../../../../../shared/sql/keys/find-api-key';
import { insertApiKey } from '../../../../../shared/sql/keys/insert-api-key';
import { listApiKeys } from '../../../../../shared/sql/keys/list-api-keys';
import { listValidKeys } from '../../../../../shared/sql/keys/list-valid-keys';
import { insertTenant } from '../../../../../shared/sql/tenants/insert-tenant';
import { callLists, quotaPairs } from './calls';
import { type Comparison, startComparison } from './compare';
import { createPlayer, keyIdOf, onboardingId, tenantId } from './player';

const start = Date.UTC(2026, 9, 30, 21, 0, 0);

/** Checks the models against the statements, on the local BigQuery, by so many random lists of calls. */
export const describeModels = (lists: number): void =>
  describe('The models of the statements', () => {
    let comparison: Comparison;
    beforeAll(async () => {
      comparison = await startComparison();
    });
    afterAll(() => comparison.stop());

    it('give the same rows and leave the same tables as the statements, whatever is called in whatever order', async () => {
      await fc.assert(
        fc.asyncProperty(quotaPairs, callLists, async ({ monthly, concurrent }, calls) => {
          const compared = await comparison.newTables();
          const now = new Date(start);
          const tenant = {
            tenant_id: tenantId,
            company_name: 'Acme',
            contact_email: null,
            subscription_tier: 'FREE',
            max_pipelines_per_month: monthly,
            max_concurrent_pipelines: concurrent,
            max_bytes_billed_per_month: monthly === null ? null : 25,
            max_queued_pipelines: monthly === null ? 2 : 4,
            alert_at_percent: monthly === 3 ? '0' : '80,100',
            notes: null,
            onboarding_id: onboardingId,
            now,
          };
          await compared.run(insertTenant, tenant);
          await compared.run(insertTenant, tenant);
          for (const key of [0, 1, 2]) {
            await compared.run(insertApiKey, {
              key_id: keyIdOf(key),
              tenant_id: tenantId,
              key_hash: `hash-${key}`,
              last_four: 'four',
              name: null,
              scopes: key === 0 ? [] : ['run', 'read'],
              pipelines: key === 0 ? [] : ['gcp/example/*'],
              now: new Date(start + key),
              created_by: 'admin',
              expires_at: key === 0 ? null : now,
            });
          }
          const play = createPlayer(compared, start);
          for (const call of calls) await play(call);
          await compared.run(listApiKeys, { tenant_id: tenantId });
          await compared.run(listValidKeys, { tenant_id: tenantId });
          await compared.run(findApiKey, { tenant_id: tenantId, key_hash: 'hash-1' });
        }),
        // Making a counterexample smaller would take minutes: it is replayed by its seed.
        { numRuns: lists, endOnFailure: true },
      );
    }, 600_000);
  });
