import { pipelinesPlace, runsPlace, tenantPagePlace, tenantPlace } from './places';
import type { Identity } from './session';

export interface NavigationLink {
  readonly text: string;
  readonly href: string;
}

export interface NavigationGroup {
  readonly title: string;
  readonly links: readonly NavigationLink[];
}

const adminLinks: readonly NavigationLink[] = [
  { text: 'Overview', href: '/' },
  { text: 'Tenants', href: '/tenants' },
  { text: 'Runs', href: '/runs' },
  { text: 'Pipelines', href: '/pipelines' },
  { text: 'Usage and billing', href: '/usage' },
  { text: 'Operations', href: '/operations' },
  { text: 'Audit', href: '/audit' },
];

const tenantLinks = (tenantId: string): readonly NavigationLink[] => [
  { text: 'Tenant', href: tenantPlace(tenantId) },
  { text: 'Runs', href: runsPlace(tenantId) },
  { text: 'Pipelines', href: pipelinesPlace(tenantId) },
  { text: 'Usage', href: tenantPagePlace(tenantId, 'usage') },
  { text: 'Schedules', href: tenantPagePlace(tenantId, 'schedules') },
  { text: 'Keys', href: tenantPagePlace(tenantId, 'keys') },
  { text: 'Webhooks', href: tenantPagePlace(tenantId, 'webhooks') },
  { text: 'Audit', href: tenantPagePlace(tenantId, 'audit') },
];

/** What the navigation offers: an admin sees all tenants, and the one that it looks at as that sees itself. */
export function navigationOf(identity: Identity, path: string): readonly NavigationGroup[] {
  if (identity.kind === 'tenant')
    return [{ title: identity.tenantId, links: tenantLinks(identity.tenantId) }];
  const tenantId = tenantInPath(path);
  return [
    { title: 'All tenants', links: adminLinks },
    ...(tenantId === undefined ? [] : [{ title: tenantId, links: tenantLinks(tenantId) }]),
  ];
}

/** The tenant that a page is about. */
export function tenantInPath(path: string): string | undefined {
  const found = /^\/tenants\/([^/]+)/.exec(path)?.[1];
  return found === undefined ? undefined : decodeURIComponent(found);
}
