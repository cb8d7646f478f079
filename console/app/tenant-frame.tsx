import type { ComponentChildren } from 'preact';
import { Page } from '../ui/page';
import { Tabs } from '../ui/tabs';
import { pipelinesPlace, runsPlace, tenantPagePlace, tenantPlace } from './places';
import { currentSession } from './session';

interface TenantFrameProps {
  readonly tenantId: string;
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A page that belongs to a tenant, with links to the tenant's others. */
export function TenantFrame({ tenantId, title, actions, children }: TenantFrameProps) {
  const isAdmin = currentSession().identity.kind === 'admin';
  const above = [
    ...(isAdmin ? [{ text: 'Tenants', href: '/tenants' }] : []),
    { text: tenantId, href: tenantPlace(tenantId) },
  ];
  return (
    <Page title={title} above={above} actions={actions}>
      <Tabs
        label={`Pages of ${tenantId}`}
        tabs={[
          { text: 'Tenant', href: tenantPlace(tenantId) },
          { text: 'Runs', href: runsPlace(tenantId) },
          { text: 'Pipelines', href: pipelinesPlace(tenantId) },
          { text: 'Usage', href: tenantPagePlace(tenantId, 'usage') },
          { text: 'Schedules', href: tenantPagePlace(tenantId, 'schedules') },
          { text: 'Keys', href: tenantPagePlace(tenantId, 'keys') },
          { text: 'Webhooks', href: tenantPagePlace(tenantId, 'webhooks') },
          { text: 'Audit', href: tenantPagePlace(tenantId, 'audit') },
        ]}
      />
      {children}
    </Page>
  );
}
