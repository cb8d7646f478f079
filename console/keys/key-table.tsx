import type { ComponentChildren } from 'preact';
import { isOwnKey } from '../app/session';
import { Status } from '../ui/status';
import { type Column, Table } from '../ui/table';
import { Ago, shownNow, Time } from '../ui/times';
import { endsSoon, isUsedOfLate, keyName, keyStateOf, type ListedKey, replacementOf } from './key-rules';

interface KeyTableProps {
  readonly caption: string;
  readonly keys: readonly ListedKey[];
  /** With those of the tenant's other tables: what replaces a key that has ended still works. */
  readonly all: readonly ListedKey[];
  readonly empty: ComponentChildren;
  readonly onRotate?: ((key: ListedKey) => void) | undefined;
  readonly onRevoke?: ((key: ListedKey) => void) | undefined;
}

const columnsOf = (all: readonly ListedKey[]): readonly Column<ListedKey>[] => [
  {
    title: 'Key',
    cell: ({ name, last_four, api_key_id }) => (
      <>
        {name ?? <span class="quiet">without a name</span>}
        {isOwnKey(api_key_id) && <strong> (you are signed in with it)</strong>}
        <div class="quiet">
          {last_four === null ? 'its end was not kept' : <code title={api_key_id}>…{last_four}</code>}
        </div>
      </>
    ),
  },
  { title: 'State', cell: (key) => <Status word={keyStateOf(key, shownNow.value)} /> },
  { title: 'May', cell: ({ scopes }) => scopes.join(', ') },
  {
    title: 'Pipelines',
    cell: ({ pipelines }) =>
      pipelines.length === 0 ? 'all' : pipelines.map((pipeline) => <div key={pipeline}>{pipeline}</div>),
  },
  {
    title: 'Last used',
    cell: (key) =>
      isUsedOfLate(key, shownNow.value) ? (
        'within the last hour'
      ) : (
        <Ago at={key.last_used_at} none="not noted" />
      ),
  },
  {
    title: 'Ends',
    cell: (key) => (
      <>
        <Time at={key.revoked_at ?? key.expires_at} none="never" />
        <EndsSoon of={key} by={replacementOf(key, all, shownNow.value)} />
      </>
    ),
  },
  {
    title: 'Made',
    cell: ({ created_at, created_by }) => (
      <>
        <Ago at={created_at} />
        {created_by !== null && <div class="quiet">{madeBy(created_by)}</div>}
      </>
    ),
  },
];

interface EndsSoonProps {
  readonly of: ListedKey;
  /** The key that replaces it. */
  readonly by: ListedKey | undefined;
}

/** What to do about a key that ends soon. A rotation does not help: what replaces it ends with it. */
function EndsSoon({ of, by }: EndsSoonProps) {
  if (by !== undefined)
    return (
      <div class="quiet">
        replaced by {by.last_four === null ? keyName(by) : <code>…{by.last_four}</code>}
      </div>
    );
  if (!endsSoon(of, shownNow.value)) return null;
  return (
    <div class="warns">
      <span aria-hidden="true">!</span> soon: make another
    </div>
  );
}

const madeBy = (by: string): string =>
  by === 'onboard' ? 'at the onboarding' : by === 'admin' ? 'by an admin' : `by key ${by}`;

export function KeyTable({ caption, keys, all, empty, onRotate, onRevoke }: KeyTableProps) {
  const actions: readonly Column<ListedKey>[] =
    onRotate === undefined || onRevoke === undefined
      ? []
      : [
          {
            title: 'Change',
            cell: (key) => (
              <div class="row-actions">
                {replacementOf(key, all, shownNow.value) === undefined && (
                  <button type="button" onClick={() => onRotate(key)} aria-label={`Rotate ${keyName(key)}`}>
                    Rotate
                  </button>
                )}
                <button
                  type="button"
                  class="danger"
                  onClick={() => onRevoke(key)}
                  aria-label={`Revoke ${keyName(key)}`}
                >
                  Revoke
                </button>
              </div>
            ),
          },
        ];
  return (
    <Table
      caption={caption}
      columns={[...columnsOf(all), ...actions]}
      rows={keys}
      keyOf={({ api_key_id }) => api_key_id}
      empty={empty}
    />
  );
}
