import type { Operation } from '../../client';
import { pipelinePlace, tenantPlace } from '../app/places';
import { currentSession, may } from '../app/session';
import { useAction } from '../data/use-action';
import { actorWords } from '../format/actors';
import { duration } from '../format/numbers';
import { FactList } from '../ui/lists/fact-list';
import { Notice, ProblemNotice } from '../ui/notice';
import { Ago, shownNow, Time } from '../ui/times';
import { filterEntries, hasEnded, itemsOver, kindInWords, leftMs, progressInWords } from './operation-facts';
import { OperationState } from './operation-state';

interface OperationCardProps {
  readonly operation: Operation;
  /** Told when it was paused, resumed or aborted. */
  readonly onChanged: () => void;
  readonly onClose?: (() => void) | undefined;
}

/** An operation: what it does, how far it is, what failed; and the buttons that pause, resume and end it. */
export function OperationCard({ operation, onChanged, onClose }: OperationCardProps) {
  const { operation_id, kind, tenant_id, state, total, reason, problems, started_at, started_by } = operation;
  const steer = useAction(async (what: 'pause' | 'resume' | 'abort') => {
    await steerOperation(operation, what);
    onChanged();
  });
  const left = leftMs(operation, shownNow.value);
  const over = itemsOver(operation);
  return (
    <div class="operation">
      <div class="card-head">
        <h2>
          {kindInWords(kind)} {/* Its state is read out when it changes; its counts change all the time. */}
          <span role="status">
            <OperationState state={state} />
          </span>
        </h2>
        <div class="actions">
          {!hasEnded(operation) && may('run') && (
            <>
              {state === 'paused' ? (
                <button type="button" aria-disabled={steer.isBusy} onClick={() => steer.start('resume')}>
                  Resume
                </button>
              ) : (
                <button type="button" aria-disabled={steer.isBusy} onClick={() => steer.start('pause')}>
                  Pause
                </button>
              )}
              <button
                type="button"
                class="danger"
                aria-disabled={steer.isBusy}
                onClick={() => steer.start('abort')}
              >
                Abort
              </button>
            </>
          )}
          {onClose !== undefined && (
            <button
              type="button"
              class="plain"
              aria-label="Leave the operation out of this page"
              onClick={onClose}
            >
              ✕
            </button>
          )}
        </div>
      </div>
      <progress
        aria-label={kindInWords(kind)}
        {...(total === null ? {} : { value: total === 0 ? 1 : over, max: Math.max(1, total) })}
      />
      <p>
        {progressInWords(operation)}
        {left !== null && left > 0 && <span class="quiet"> · about {duration(left)} left</span>}
      </p>
      {steer.problem !== undefined && <ProblemNotice problem={steer.problem} />}
      {problems.length > 0 && (
        <Notice
          kind={state === 'paused' ? 'warning' : 'error'}
          title={state === 'paused' ? 'Why it is paused' : 'What failed'}
        >
          <ul>
            {problems.map(({ tenant_id, item_id, message }) => (
              <li key={`${tenant_id}/${item_id}/${message}`}>
                {item_id !== null && <code>{item_id}</code>} {message}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <FactList
        facts={[
          { name: 'Tenant', value: tenant_id && <a href={tenantPlace(tenant_id)}>{tenant_id}</a> },
          ...filterEntries(operation).map(([name, value]) => ({
            name,
            value:
              name === 'Pipeline' && tenant_id !== null && !value.includes('*') ? (
                <a href={pipelinePlace(tenant_id, value)}>{value}</a>
              ) : isTime(value) ? (
                <Time at={value} />
              ) : (
                value
              ),
          })),
          { name: 'Reason', value: reason },
          {
            name: 'Started',
            value: (
              <>
                <Ago at={started_at} /> by {actorWords(started_by.kind, started_by.id)}
              </>
            ),
          },
          { name: 'Id', value: <code>{operation_id}</code> },
        ]}
      />
    </div>
  );
}

const isTime = (value: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);

/** An admin's call where an admin asks: it may steer those of all tenants. */
async function steerOperation(
  { operation_id, tenant_id }: Operation,
  what: 'pause' | 'resume' | 'abort',
): Promise<void> {
  const { api, identity } = currentSession();
  if (identity.kind === 'admin' || tenant_id === null) {
    const calls = { pause: 'pauseOperation', resume: 'resumeOperation', abort: 'abortOperation' } as const;
    await api.call(calls[what], { path: { operation_id } });
    return;
  }
  const calls = {
    pause: 'pauseTenantOperation',
    resume: 'resumeTenantOperation',
    abort: 'abortTenantOperation',
  } as const;
  await api.call(calls[what], { path: { operation_id, tenant: tenant_id } });
}
