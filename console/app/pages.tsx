import type { ComponentType } from 'preact';
import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import { Route, Router, useLocation, useRoute } from 'preact-iso/router';
import { AuditPage, TenantAuditPage } from '../audit/audit-pages';
import { forgetAnswers } from '../data/asking/answers';
import { KeysPage } from '../keys/keys-page';
import { OperationsPage } from '../operations/operations-page';
import { OverviewPage } from '../overview/overview-page';
import { AllPipelinesPage } from '../pipelines/all-pipelines-page';
import { PipelinePage } from '../pipelines/pipeline/pipeline-page';
import { PipelinesPage } from '../pipelines/pipelines-page';
import { AllRunsPage } from '../runs/all-runs-page';
import { InFlightPage } from '../runs/in-flight-page';
import { RunPage } from '../runs/run/run-page';
import { TenantRunsPage } from '../runs/tenant-runs-page';
import { SchedulesPage } from '../schedules/schedules-page';
import { TenantPage } from '../tenant/tenant-page';
import { OnboardPage } from '../tenants/onboard-page';
import { TenantsPage } from '../tenants/tenants-page';
import { AllUsagePage } from '../usage/all-usage-page';
import { TenantUsagePage } from '../usage/tenant-usage-page';
import { WebhooksPage } from '../webhooks/webhooks-page';
import { BrokenPage, NotFoundPage, NotYoursPage } from './other-pages';
import { currentSession } from './session';

/** What operators see: all tenants. A tenant has none of these, even where admin calls need no key. */
const adminPages: Readonly<Record<string, ComponentType>> = {
  '/onboard': OnboardPage,
  '/tenants': TenantsPage,
  '/runs': AllRunsPage,
  '/runs/in-flight': InFlightPage,
  '/pipelines': AllPipelinesPage,
  '/usage': AllUsagePage,
  '/operations': OperationsPage,
  '/audit': AuditPage,
};

/** What belongs to one tenant: by where it stands below the tenant. */
const tenantPages: Readonly<Record<string, ComponentType>> = {
  '': TenantPage,
  '/runs': TenantRunsPage,
  '/runs/:run': RunPage,
  '/pipelines': PipelinesPage,
  '/pipelines/:provider/:domain/:pipeline': PipelinePage,
  '/usage': TenantUsagePage,
  '/schedules': SchedulesPage,
  '/keys': KeysPage,
  '/webhooks': WebhooksPage,
  '/audit': TenantAuditPage,
};

/** Where everybody begins: operators with all tenants, a tenant with itself. */
function HomePage() {
  return currentSession().identity.kind === 'admin' ? <OverviewPage /> : <TenantPage />;
}

/** A page for admins alone. */
function forAdmins(Page: ComponentType): ComponentType {
  return () => (currentSession().identity.kind === 'admin' ? <Page /> : <NotYoursPage />);
}

/**
 * A page of the tenant that the address names, for it and for admins. Another tenant, or another run, is another page:
 * nothing of the one before is left on it.
 */
function forItsTenant(Page: ComponentType): ComponentType {
  return () => {
    const { path } = useLocation();
    const { tenant } = useRoute().params;
    const { identity } = currentSession();
    if (identity.kind === 'tenant' && identity.tenantId !== tenant) return <NotYoursPage />;
    return <Page key={path} />;
  };
}

const routes = [
  { path: '/', component: HomePage },
  ...Object.entries(adminPages).map(([path, page]) => ({ path, component: forAdmins(page) })),
  ...Object.entries(tenantPages).map(([path, page]) => ({
    path: `/tenants/:tenant${path}`,
    component: forItsTenant(page),
  })),
];

/** The page that the address names. One that breaks says so, and leaves the others as they are. */
export function Pages() {
  const { url } = useLocation();
  const [broken, setBroken] = useState<{ readonly at: string; readonly error: unknown }>();
  useErrorBoundary((error: unknown) => {
    // It may be what was answered that cannot be shown: it is asked for anew.
    forgetAnswers();
    setBroken({ at: url, error });
  });
  // Who comes back to it gets to see whether it can be shown now.
  useEffect(() => setBroken((before) => (before?.at === url ? before : undefined)), [url]);
  if (broken?.at === url) return <BrokenPage error={broken.error} onRetry={() => setBroken(undefined)} />;
  return (
    <Router>
      {routes.map(({ path, component }) => (
        <Route key={path} path={path} component={component} />
      ))}
      <Route default component={NotFoundPage} />
    </Router>
  );
}
