import { Secret } from '../ui/copy';
import { Notice } from '../ui/notice';
import { Section } from '../ui/page';
import { Time } from '../ui/times';

/** A secret by which a webhook's receiver knows that events are ours. */
export interface ShownSecret {
  readonly url: string;
  readonly secret: string;
  /** Until then the one before signs as well. null: there is none. */
  readonly previousUntil: string | null;
}

interface NewSecretProps {
  readonly secret: ShownSecret;
  readonly onDone: () => void;
}

/** A webhook's secret, this once, until it is said to have been copied. */
export function NewSecret({ secret: { url, secret, previousUntil }, onDone }: NewSecretProps) {
  return (
    <Section title="The secret of its signatures" isOutcome>
      <Notice kind="warning" title="It is shown this once">
        <p>
          Give it to what answers at {url}: by it the receiver knows that an event is ours.
          {previousUntil !== null && (
            <>
              {' '}
              Until <Time at={previousUntil} /> the secret before signs beside it.
            </>
          )}
        </p>
      </Notice>
      <Secret label="Signing secret" value={secret} />
      <div class="actions">
        <button type="button" onClick={onDone}>
          I have copied it
        </button>
      </div>
    </Section>
  );
}
