import { useEffect } from 'preact/hooks';
import { currentSession, may } from '../app/session';
import { useFilters } from '../data/use-filters';
import { usePages } from '../data/use-pages';
import { Page } from '../ui/page';
import { Shown } from '../ui/shown';
import { More } from '../ui/table';
import { TenantFilters } from './tenant-filters';
import { isNarrowed, sortingOf, tenantQueryOf, tenantsWith } from './tenant-list';
import { TenantTable } from './tenant-table';

/** Free of charge, but a read for each tenant. */
const refreshMs = 30_000;
const pageSize = 100;

/** All tenants with what they use of their quotas. */
export function TenantsPage() {
  const { query, change } = useFilters();
  const asked = tenantQueryOf(query);
  const list = usePages(
    `listTenants ${JSON.stringify(asked)}`,
    async (cursor, signal) => {
      const page = await currentSession().api.call('listTenants', {
        query: { ...asked, limit: pageSize, ...(cursor !== undefined && { cursor }) },
        signal,
      });
      return { rows: page.tenants, next: page.next_cursor };
    },
    { keyOf: ({ tenant_id }) => tenant_id, everyMs: refreshMs },
  );
  const { hasMore, more, loaded } = list;
  const isSearching = (query.search ?? '') !== '';
  const isEmptyPage = loaded.answer?.length === 0;
  // A search looks at all tenants; and a page can be empty though others follow.
  const goesOn = hasMore && (isSearching || isEmptyPage) && !more.isBusy && more.problem === undefined;
  useEffect(() => {
    if (goesOn) more.start();
  }, [goesOn]);
  return (
    <Page
      title="Tenants"
      actions={
        may('manage') && (
          <a class="button main" href="/onboard">
            Onboard a tenant
          </a>
        )
      }
    >
      <TenantFilters query={query} onChange={change} />
      <Shown of={loaded} what="the tenants">
        {(tenants) => (
          <>
            <TenantTable
              tenants={tenantsWith(tenants, query.search ?? '')}
              empty={<NoTenants isNarrowed={isNarrowed(query)} isLooking={hasMore} />}
              sorting={sortingOf(query)}
              onSort={({ by, isDescending }) => change({ sort: by, order: isDescending ? 'desc' : 'asc' })}
            />
            {(hasMore || !isNarrowed(query) || tenantsWith(tenants, query.search ?? '').length > 0) && (
              <More of={list} what="tenants" />
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

function NoTenants({ isNarrowed, isLooking }: { readonly isNarrowed: boolean; readonly isLooking: boolean }) {
  if (isLooking) return <p role="status">Looking through further tenants …</p>;
  if (isNarrowed)
    return (
      <p>
        No tenant matches. <a href="/tenants">Show all tenants</a>
      </p>
    );
  return (
    <>
      <p>There is no tenant yet.</p>
      {may('manage') ? (
        <a class="button main" href="/onboard">
          Onboard the first tenant
        </a>
      ) : (
        <p>An admin who may change things can onboard the first one.</p>
      )}
    </>
  );
}
