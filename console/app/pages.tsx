import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import lazy, { ErrorBoundary } from 'preact-iso/lazy';
import { Route, Router, useLocation, useRoute } from 'preact-iso/router';
import { BrokenPage, NotFoundPage, NotYoursPage } from './other-pages';
import { currentSession } from './session';

type Load = () => Promise<ComponentType>;

/** What operators see: all tenants. A tenant has none of these, even where admin calls need no key. */
const adminPages: Readonly<Record<string, Load>> = {
  '/onboard': async () => (await import('../tenants/onboard-page')).OnboardPage,
  '/tenants': async () => (await import('../tenants/tenants-page')).TenantsPage,
  '/runs': async () => (await import('../runs/all-runs-page')).AllRunsPage,
  '/runs/in-flight': async () => (await import('../runs/in-flight-page')).InFlightPage,
  '/pipelines': async () => (await import('../pipelines/all-pipelines-page')).AllPipelinesPage,
  '/usage': async () => (await import('../usage/all-usage-page')).AllUsagePage,
  '/operations': async () => (await import('../operations/operations-page')).OperationsPage,
  '/audit': async () => (await import('../audit/audit-pages')).AuditPage,
};

const loadTenantPage: Load = async () => (await import('../tenant/tenant-page')).TenantPage;

/** What belongs to one tenant: by where it stands below the tenant. */
const tenantPages: Readonly<Record<string, Load>> = {
  '': loadTenantPage,
  '/runs': async () => (await import('../runs/tenant-runs-page')).TenantRunsPage,
  '/runs/:run': async () => (await import('../runs/run/run-page')).RunPage,
  '/pipelines': async () => (await import('../pipelines/pipelines-page')).PipelinesPage,
  '/pipelines/:provider/:domain/:pipeline': async () =>
    (await import('../pipelines/pipeline/pipeline-page')).PipelinePage,
  '/usage': async () => (await import('../usage/tenant-usage-page')).TenantUsagePage,
  '/schedules': async () => (await import('../schedules/schedules-page')).SchedulesPage,
  '/keys': async () => (await import('../keys/keys-page')).KeysPage,
  '/webhooks': async () => (await import('../webhooks/webhooks-page')).WebhooksPage,
  '/audit': async () => (await import('../audit/audit-pages')).TenantAuditPage,
};

const OverviewPage = lazy(async () => (await import('../overview/overview-page')).OverviewPage);
const OwnPage = lazy(loadTenantPage);

/** Where everybody begins: operators with all tenants, a tenant with itself. */
function HomePage() {
  return currentSession().identity.kind === 'admin' ? <OverviewPage /> : <OwnPage />;
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

/** Each page is loaded when it is first opened. */
const routes = [
  { path: '/', component: HomePage },
  ...Object.entries(adminPages).map(([path, load]) => ({ path, component: forAdmins(lazy(load)) })),
  ...Object.entries(tenantPages).map(([path, load]) => ({
    path: `/tenants/:tenant${path}`,
    component: forItsTenant(lazy(load)),
  })),
];

/** The page that the address names. One that breaks says so, and leaves the others as they are. */
export function Pages() {
  const { url } = useLocation();
  const [broken, setBroken] = useState<{ readonly at: string; readonly error: unknown }>();
  if (broken?.at === url) return <BrokenPage error={broken.error} onRetry={() => setBroken(undefined)} />;
  return (
    <ErrorBoundary onError={(error) => setBroken({ at: url, error })}>
      <Router>
        {routes.map(({ path, component }) => (
          <Route key={path} path={path} component={component} />
        ))}
        <Route default component={NotFoundPage} />
      </Router>
    </ErrorBoundary>
  );
}
