import { runPlace, tenantPlace } from '../app/places';
import { actorWords } from '../format/actors';
import { type Column, Table } from '../ui/table';
import { Time } from '../ui/times';
import { type AuditEntry, actionText, differenceName, differencesOf } from './audit-entries';

interface AuditTableProps {
  readonly entries: readonly AuditEntry[];
  readonly isNarrowed: boolean;
  readonly isOfAll?: boolean;
}

/** Who changed what, from what to what. */
export function AuditTable({ entries, isNarrowed, isOfAll = false }: AuditTableProps) {
  const columns: readonly Column<AuditEntry>[] = [
    { title: 'When', cell: ({ occurred_at }) => <Time at={occurred_at} /> },
    {
      title: 'Who',
      cell: ({ actor, actor_kind, address }) => (
        <>
          {actorWords(actor_kind, actor)}
          {address !== null && <div class="quiet">{address}</div>}
        </>
      ),
    },
    ...(isOfAll
      ? [
          {
            title: 'Tenant',
            cell: ({ tenant_id }: AuditEntry) =>
              tenant_id === null ? (
                'several'
              ) : (
                <a class="tenant" href={tenantPlace(tenant_id)}>
                  {tenant_id}
                </a>
              ),
          },
        ]
      : []),
    {
      title: 'What was done',
      cell: (entry) => (
        <>
          <span title={entry.action}>{actionText(entry.action)}</span>
          <Target entry={entry} />
        </>
      ),
    },
    { title: 'From what to what', cell: (entry) => <Differences entry={entry} /> },
  ];
  return (
    <Table
      caption="Audit"
      columns={columns}
      rows={entries}
      keyOf={({ audit_id }) => audit_id}
      empty={
        <p>
          {isNarrowed
            ? 'Nothing matches. Take a filter away, or look for starts of runs by that filter.'
            : 'Nothing was changed yet.'}
        </p>
      }
    />
  );
}

const actionsOfRuns: ReadonlySet<string> = new Set(['startRun', 'cancelRun', 'rerunRun']);

function Target({ entry: { action, target, tenant_id } }: { readonly entry: AuditEntry }) {
  if (target === null) return null;
  const text = <code class="wraps">{target}</code>;
  return (
    <div class="quiet">
      {actionsOfRuns.has(action) && tenant_id !== null ? (
        <a href={runPlace(tenant_id, target)}>{text}</a>
      ) : (
        text
      )}
    </div>
  );
}

function Differences({ entry }: { readonly entry: AuditEntry }) {
  const differences = differencesOf(entry);
  if (differences.length === 0) return <span class="quiet">–</span>;
  return (
    <ul class="differences">
      {differences.map(({ name, from, to }) => (
        <li key={name}>
          <span class="quiet">{differenceName(name)}:</span>{' '}
          {from !== undefined && (
            <>
              <del>{from}</del> <span aria-hidden="true">→</span>{' '}
            </>
          )}
          {to === undefined ? <span class="quiet">gone</span> : <ins>{to}</ins>}
        </li>
      ))}
    </ul>
  );
}
