import { useEffect, useState } from 'preact/hooks';
import { currentSession, type Session } from '../../app/session';

/** What BigQuery's bytes cost by the deployment. */
export interface BytePrice {
  readonly perTib: number;
  /** ISO 4217 */
  readonly currency: string;
}

/** It is the same for all tenants, and asking for it costs a statement: so once a session. */
const known = new WeakMap<Session, Promise<BytePrice | undefined>>();
const hour = 3_600_000;

async function askPrice({ api }: Session, tenantId: string): Promise<BytePrice | undefined> {
  try {
    // Of a usage that is next to nothing: only the price is looked at.
    const query = { from: new Date(Date.now() - hour).toISOString() };
    const usage = await api.call('showUsage', { path: { tenant: tenantId }, query });
    const { bigquery_price_per_tib: perTib, currency } = usage;
    // While a new version is deployed, a server of before may answer without it.
    return currency === undefined ? undefined : { perTib, currency };
  } catch {
    return undefined;
  }
}

/** undefined: not known yet, or not to be had: then no costs are shown. */
export function useBytePrice(tenantId: string): BytePrice | undefined {
  const [price, setPrice] = useState<BytePrice>();
  useEffect(() => {
    const session = currentSession();
    let isShown = true;
    const asked = known.get(session) ?? askPrice(session, tenantId);
    known.set(session, asked);
    void asked.then((found) => {
      if (isShown) setPrice(found);
    });
    return () => {
      isShown = false;
    };
  }, [tenantId]);
  return price;
}
