import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import lazy, { ErrorBoundary } from 'preact-iso/lazy';
import { Route, Router, useLocation } from 'preact-iso/router';
import { BrokenPage } from './broken-page';
import { NotFoundPage } from './not-found-page';
import { currentSession } from './session';

const OverviewPage = lazy(async () => (await import('../overview/overview-page')).OverviewPage);
const TenantPage = lazy(async () => (await import('../tenant/tenant-page')).TenantPage);

/** Where everybody begins: operators with all tenants, a tenant with itself. */
function HomePage() {
  return currentSession().identity.kind === 'admin' ? <OverviewPage /> : <TenantPage />;
}

/** Each page is loaded when it is first opened. */
const pages: Readonly<Record<string, () => Promise<ComponentType>>> = {
  '/onboard': async () => (await import('../tenants/onboard-page')).OnboardPage,
  '/audit': async () => (await import('../audit/audit-pages')).AuditPage,
  '/tenants/:tenant/audit': async () => (await import('../audit/audit-pages')).TenantAuditPage,
  '/tenants/:tenant/webhooks': async () => (await import('../webhooks/webhooks-page')).WebhooksPage,
  '/tenants/:tenant/schedules': async () => (await import('../schedules/schedules-page')).SchedulesPage,
  '/tenants': async () => (await import('../tenants/tenants-page')).TenantsPage,
  '/usage': async () => (await import('../usage/all-usage-page')).AllUsagePage,
  '/tenants/:tenant/usage': async () => (await import('../usage/tenant-usage-page')).TenantUsagePage,
  '/tenants/:tenant/keys': async () => (await import('../keys/keys-page')).KeysPage,
  '/tenants/:tenant/runs': async () => (await import('../runs/tenant-runs-page')).TenantRunsPage,
  '/tenants/:tenant/runs/:run': async () => (await import('../runs/run/run-page')).RunPage,
  '/tenants/:tenant/pipelines': async () => (await import('../pipelines/pipelines-page')).PipelinesPage,
  '/tenants/:tenant/pipelines/:provider/:domain/:pipeline': async () =>
    (await import('../pipelines/pipeline/pipeline-page')).PipelinePage,
  '/runs': async () => (await import('../runs/all-runs-page')).AllRunsPage,
  '/pipelines': async () => (await import('../pipelines/all-pipelines-page')).AllPipelinesPage,
  '/operations': async () => (await import('../operations/operations-page')).OperationsPage,
};

const routes = Object.entries(pages).map(([path, load]) => ({ path, component: lazy(load) }));

/** The page that the address names. One that breaks says so, and leaves the others as they are. */
export function Pages() {
  const { url } = useLocation();
  const [broken, setBroken] = useState<{ readonly at: string; readonly error: unknown }>();
  if (broken?.at === url) return <BrokenPage error={broken.error} onRetry={() => setBroken(undefined)} />;
  return (
    <ErrorBoundary onError={(error) => setBroken({ at: url, error })}>
      <Router>
        <Route path="/" component={HomePage} />
        <Route path="/tenants/:tenant" component={TenantPage} />
        {routes.map(({ path, component }) => (
          <Route key={path} path={path} component={component} />
        ))}
        <Route default component={NotFoundPage} />
      </Router>
    </ErrorBoundary>
  );
}
