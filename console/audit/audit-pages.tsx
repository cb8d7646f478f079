import { currentSession, may } from '../app/session';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { useFilters } from '../data/use-filters';
import { type PagedList, usePages } from '../data/use-pages';
import { Notice } from '../ui/notice';
import { Page } from '../ui/page';
import { Shown } from '../ui/shown';
import { More } from '../ui/table';
import { type AuditEntry, auditQueryOf } from './audit-entries';
import { AuditFilters } from './audit-filters';
import { AuditTable } from './audit-table';

const limit = 50;
const keyOf = ({ audit_id }: AuditEntry) => audit_id;

/** Who changed what of all tenants. */
export function AuditPage() {
  const { query, change } = useFilters();
  const { tenant } = query;
  const asked = { ...auditQueryOf(query), ...(tenant !== undefined && { tenant }) };
  const list = usePages(
    `listAuditLog ${JSON.stringify(asked)}`,
    async (cursor, signal) => {
      const page = await currentSession().api.call('listAuditLog', {
        query: { ...asked, limit, ...(cursor !== undefined && { cursor }) },
        signal,
      });
      return { rows: page.entries, next: page.next_cursor };
    },
    { keyOf },
  );
  return (
    <Page title="Audit">
      <AuditFilters query={query} onChange={change} isOfAll />
      <Entries list={list} isNarrowed={Object.keys(asked).length > 0} isOfAll />
    </Page>
  );
}

/** Who changed what of a tenant. */
export function TenantAuditPage() {
  const tenantId = useTenantId();
  return (
    <TenantFrame tenantId={tenantId} title="Audit">
      {may('manage') || currentSession().identity.kind === 'admin' ? (
        <TenantAudit tenantId={tenantId} />
      ) : (
        <Notice kind="info" title="Your key may not read the audit">
          <p>It takes a key with the scope manage.</p>
        </Notice>
      )}
    </TenantFrame>
  );
}

function TenantAudit({ tenantId }: { readonly tenantId: string }) {
  const { query, change } = useFilters();
  const asked = auditQueryOf(query);
  const list = usePages(
    `listTenantAuditLog ${tenantId} ${JSON.stringify(asked)}`,
    async (cursor, signal) => {
      const page = await currentSession().api.call('listTenantAuditLog', {
        path: { tenant: tenantId },
        query: { ...asked, limit, ...(cursor !== undefined && { cursor }) },
        signal,
      });
      return { rows: page.entries, next: page.next_cursor };
    },
    { keyOf },
  );
  return (
    <>
      <AuditFilters query={query} onChange={change} />
      <Entries list={list} isNarrowed={Object.keys(asked).length > 0} />
    </>
  );
}

interface EntriesProps {
  readonly list: PagedList<AuditEntry>;
  readonly isNarrowed: boolean;
  readonly isOfAll?: boolean;
}

function Entries({ list, isNarrowed, isOfAll = false }: EntriesProps) {
  return (
    <Shown of={list.loaded} what="the audit">
      {(entries) => (
        <>
          <AuditTable entries={entries} isNarrowed={isNarrowed} isOfAll={isOfAll} />
          <More of={list} what="entries" />
        </>
      )}
    </Shown>
  );
}
