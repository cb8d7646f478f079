import { currentSession, may } from '../app/session';
import { useAction } from '../data/use-action';
import { Notice, ProblemNotice } from '../ui/notice';

interface RestoreOfferProps {
  readonly tenantId: string;
  readonly onRestored: () => void;
}

/** Where there is no such tenant: one that was offboarded lately can be brought back. */
export function RestoreOffer({ tenantId, onRestored }: RestoreOfferProps) {
  const action = useAction(async () => {
    await currentSession().api.call('restoreTenant', { path: { tenant: tenantId } });
    onRestored();
  });
  return (
    <>
      <Notice kind="info" title={`There is no tenant ${tenantId}`}>
        <p>
          The address may be mistyped: <a href="/tenants">see all tenants</a>. If it was offboarded in the
          last days it can be restored with all its data, suspended at first.
        </p>
        {may('manage') && (
          <button
            type="button"
            onClick={action.start}
            aria-disabled={action.isBusy}
            aria-busy={action.isBusy}
          >
            {action.isBusy ? 'Restoring …' : `Restore ${tenantId}`}
          </button>
        )}
      </Notice>
      {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
    </>
  );
}
