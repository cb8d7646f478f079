import { useState } from 'preact/hooks';
import type { NewApiKey, RotatedApiKey } from '../../client';
import { currentSession, isOwnKey, rememberTenantKey, replaceOwnKey } from '../app/session';
import { useAction } from '../data/use-action';
import { Secret } from '../ui/copy';
import { Notice, ProblemNotice } from '../ui/notice';
import { Section } from '../ui/page';
import { Time } from '../ui/times';
import { keyName } from './key-rules';

/** A key that was just made, or that replaces another. */
export type ShownKey = NewApiKey & { readonly replaced: RotatedApiKey['replaced'] | undefined };

interface NewKeyProps {
  readonly tenantId: string;
  readonly made: ShownKey;
  readonly onDone: () => void;
}

/** A new key, this once, until it is said to have been copied. */
export function NewKey({ tenantId, made, onDone }: NewKeyProps) {
  const { replaced } = made;
  return (
    <Section title={replaced === undefined ? 'The new key' : 'The key that replaces it'} isOutcome>
      <Notice kind="warning" title="It is shown this once">
        <p>
          Copy it to where it is used. It is stored nowhere.
          {replaced !== undefined && (
            <>
              {' '}
              The key before works until <Time at={replaced.ends_at} />.
            </>
          )}
        </p>
      </Notice>
      <Secret label={`API key: ${keyName(made)}`} value={made.api_key} />
      {replaced !== undefined && isOwnKey(replaced.api_key_id) && <GoOnWithIt made={made} />}
      <div class="actions">
        {currentSession().identity.kind === 'admin' && made.scopes.includes('run') && (
          <Remember tenantId={tenantId} apiKey={made.api_key} />
        )}
        <button type="button" onClick={onDone}>
          I have copied it
        </button>
      </div>
    </Section>
  );
}

/** Whoever has rotated the key that it is signed in with goes on with the new one. */
function GoOnWithIt({ made }: { readonly made: ShownKey }) {
  const action = useAction(() => replaceOwnKey(made.api_key));
  return (
    <Notice kind="info" title="You are signed in with the key before">
      <p>When that ends, this tab is signed out. Go on with the new key, and it stays.</p>
      <button type="button" onClick={action.start} aria-disabled={action.isBusy} aria-busy={action.isBusy}>
        Go on with the new key
      </button>
      {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
    </Notice>
  );
}

function Remember({ tenantId, apiKey }: { readonly tenantId: string; readonly apiKey: string }) {
  const [isDone, setDone] = useState(false);
  const remember = () => {
    rememberTenantKey(tenantId, apiKey);
    setDone(true);
  };
  return (
    <button type="button" onClick={remember} disabled={isDone}>
      {isDone ? 'This tab starts runs with it' : 'Start runs with it in this tab'}
    </button>
  );
}
