import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import type { ShownProblem } from '../data/problems';
import { type Action, useAction } from '../data/use-action';
import { Confirm } from './dialog';
import { Refusal } from './notice';
import { Section } from './page';

/** Sent with a change: where somebody else has changed it since, nothing is done. */
interface AsSeen {
  readonly 'If-Match': string;
}

interface ManagedSectionProps {
  readonly what: 'schedule' | 'webhook';
  readonly title: string;
  /** As it is shown. */
  readonly seen: { readonly state: string; readonly etag: string };
  readonly isAllowed: boolean;
  /** Pauses it, or lets it go on. */
  readonly turn: (headers: AsSeen) => Promise<unknown>;
  readonly remove: (headers: AsSeen) => Promise<unknown>;
  readonly onChanged: () => void;
  /** The dialog that changes it. */
  readonly change: (dialog: {
    readonly onChanged: () => void;
    readonly onClose: () => void;
  }) => ComponentChildren;
  /** What else can be done with it. */
  readonly buttons?: ComponentChildren;
  /** Why that was refused. */
  readonly problem?: ShownProblem | undefined;
  /** Which one it is, where it is asked whether it shall go, and what follows from that. */
  readonly which: string;
  readonly loss: ComponentChildren;
  readonly children: ComponentChildren;
}

/** What goes on by itself until it is paused: it is paused, resumed, changed and deleted only as it was seen. */
export function ManagedSection(props: ManagedSectionProps) {
  const { what, title, seen, isAllowed, onChanged, change, buttons, which, loss, children } = props;
  const { path, route } = useLocation();
  const [asking, ask] = useState<'change' | 'delete'>();
  const [turned, setTurned] = useState<string>();
  const close = () => ask(undefined);
  const asSeen = { 'If-Match': seen.etag };
  const turn = useAction(async () => {
    await props.turn(asSeen);
    setTurned(seen.etag);
    onChanged();
  });
  const remove = useAction(async () => {
    await props.remove(asSeen);
    onChanged();
    route(path, true);
  });
  const againAfter = ({ forget }: Action<[]>) => ({
    what,
    begin: async () => {
      onChanged();
      forget();
    },
  });
  // Until it is shown as it is now, the button would do the same again.
  const isTurning = turn.isBusy || turned === seen.etag;
  const problem = turn.problem ?? props.problem;
  return (
    <>
      <Section
        title={title}
        actions={
          isAllowed && (
            <>
              {buttons}
              <button type="button" onClick={() => isTurning || turn.start()} aria-disabled={isTurning}>
                {seen.state === 'active' ? 'Pause' : 'Resume'}
              </button>
              <button type="button" onClick={() => ask('change')}>
                Change
              </button>
              <button type="button" class="danger" onClick={() => ask('delete')}>
                Delete
              </button>
            </>
          )
        }
      >
        {problem !== undefined && <Refusal problem={problem} again={againAfter(turn)} />}
        {children}
      </Section>
      {asking === 'change' &&
        change({
          onChanged: () => {
            close();
            onChanged();
          },
          onClose: close,
        })}
      {asking === 'delete' && (
        <Confirm
          title={`Delete the ${what} ${which}?`}
          submit="Delete"
          action={remove}
          onClose={close}
          again={againAfter(remove)}
        >
          {loss}
        </Confirm>
      )}
    </>
  );
}
