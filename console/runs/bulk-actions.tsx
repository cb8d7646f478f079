import { useState } from 'preact/hooks';
import { BulkCancelDialog } from './bulk-cancel-dialog';
import { BulkRerunDialog } from './bulk-rerun-dialog';
import { endedStatusOf, openStatusOf, type RunFilter, statusOfFilter } from './run-filter';

interface BulkActionsProps {
  /** undefined: of all tenants, unless the filter names one. */
  readonly tenantId?: string;
  readonly filter: RunFilter;
  readonly onStarted: (operationId: string) => void;
}

/** What can be done to all runs that a list's filter matches. */
export function BulkActions({ tenantId, filter, onStarted }: BulkActionsProps) {
  const [open, setOpen] = useState<'cancel' | 'rerun'>();
  const isOfOver = endedStatusOf(filter) !== undefined || filter.code !== '';
  const isOfOpen = openStatusOf(filter) !== undefined;
  const started = (operationId: string) => {
    setOpen(undefined);
    onStarted(operationId);
  };
  return (
    <div class="bulk">
      <button
        type="button"
        disabled={isOfOver}
        title={isOfOver ? 'Runs that are over cannot be cancelled: choose another status' : undefined}
        onClick={() => setOpen('cancel')}
      >
        Cancel all …
      </button>
      {tenantId !== undefined && (
        <button
          type="button"
          disabled={isOfOpen}
          title={isOfOpen ? 'Only runs that are over can be done again: choose another status' : undefined}
          onClick={() => setOpen('rerun')}
        >
          Rerun all …
        </button>
      )}
      {open === 'cancel' && (
        <BulkCancelDialog
          tenantId={tenantId}
          filter={filter}
          onStarted={started}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === 'rerun' && tenantId !== undefined && statusOfFilter(filter) === endedStatusOf(filter) && (
        <BulkRerunDialog
          tenantId={tenantId}
          filter={filter}
          onStarted={started}
          onClose={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}
