import type { ComponentType } from 'preact';
import lazy from 'preact-iso/lazy';
import { Route, Router } from 'preact-iso/router';
import { NotFoundPage } from './not-found-page';
import { currentSession } from './session';

/** Each page is loaded when it is first opened. */
const pages: Readonly<Record<string, () => Promise<ComponentType>>> = {
  '/': async () =>
    currentSession().identity.kind === 'admin'
      ? (await import('../overview/overview-page')).OverviewPage
      : (await import('../tenant/tenant-page')).TenantPage,
  '/onboard': async () => (await import('../tenants/onboard-page')).OnboardPage,
  '/tenants': async () => (await import('../tenants/tenants-page')).TenantsPage,
  '/tenants/:tenant': async () => (await import('../tenant/tenant-page')).TenantPage,
};

const routes = Object.entries(pages).map(([path, load]) => ({ path, component: lazy(load) }));

interface PagesProps {
  /** Told when another page is opened. */
  readonly onLeave: () => void;
}

export function Pages({ onLeave }: PagesProps) {
  return (
    <Router onRouteChange={onLeave}>
      {routes.map(({ path, component }) => (
        <Route key={path} path={path} component={component} />
      ))}
      <Route default component={NotFoundPage} />
    </Router>
  );
}
