import type { RunsInFlight } from '../../client';
import { count } from '../format/numbers';

interface TenantsReadProps {
  readonly tenants: RunsInFlight['tenants'];
}

/** Of which tenants figures say nothing. */
export const TenantsRead = ({ tenants: { read, failed, more } }: TenantsReadProps) => (
  <>
    {failed > 0 && <p class="quiet small">Without {count(failed)} tenants that could not be read.</p>}
    {more && (
      <p class="quiet small">
        Of the first {count(read)} tenants. There are more: <a href="/tenants">choose one</a> to see its own.
      </p>
    )}
  </>
);
