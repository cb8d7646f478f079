import { z } from 'zod';
import { generateLoad } from '../support/load';
import { withInstance } from './servers';

export interface NewTenant {
  readonly tenant_id: string;
  /** null is unlimited. */
  readonly max_pipelines_per_month: number | null;
}

const answerSchema = z.object({ tenant_id: z.string(), api_key: z.string() });

/** Onboards tenants through the project's own function, several at once, and resolves to their API keys. */
export const onboardAll = (
  tenants: readonly NewTenant[],
  environment: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> =>
  withInstance('onboard', environment, async ({ url }) => {
    const { results } = await generateLoad({ times: tenants.length, atOnce: 8 }, async (index) => {
      const response = await fetch(`${url}/api/v1/customers/onboard`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          company_name: 'Bench Corporation',
          contact_email: 'bench@example.com',
          subscription_tier: 'ENTERPRISE',
          max_concurrent_pipelines: null,
          ...tenants[index],
        }),
      });
      const text = await response.text();
      if (response.status !== 201) throw new Error(`Onboarding: ${text}`);
      return answerSchema.parse(JSON.parse(text));
    });
    return new Map(results.map(({ tenant_id, api_key }) => [tenant_id, api_key]));
  });
