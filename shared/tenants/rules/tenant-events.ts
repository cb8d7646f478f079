import type { TenantOnboarded } from '../../definitions/schemas/event-schemas';
import type { Quotas } from './quotas';

/** What the event tells of a tenant that has been onboarded. */
export interface NewTenant extends Quotas {
  readonly tenant_id: string;
  readonly company_name: string;
  readonly subscription_tier: string;
  readonly location: string;
  readonly onboarding_id: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

/** The event of an onboarding. Its id is made of tenant and onboarding, so a repeat is known. */
export const tenantOnboarded = (tenant: NewTenant): TenantOnboarded => ({
  specversion: '1.0',
  type: 'tenant.onboarded',
  source: 'tenant-pipelines',
  id: `tenant.onboarded-${tenant.tenant_id}-${tenant.onboarding_id}`,
  subject: tenant.tenant_id,
  time: tenant.created_at,
  datacontenttype: 'application/json',
  data: {
    tenant_id: tenant.tenant_id,
    company_name: tenant.company_name,
    subscription_tier: tenant.subscription_tier,
    max_pipelines_per_month: tenant.max_pipelines_per_month,
    max_concurrent_pipelines: tenant.max_concurrent_pipelines,
    location: tenant.location,
    onboarding_id: tenant.onboarding_id,
  },
});
