import type { BigQuery } from '@google-cloud/bigquery';
import { type Clock, systemClock } from '../../support/clock';

/** As long before its end as Google's library by itself gets another. In milliseconds. */
const earlyMs = 300_000;

/**
 * Has a client's access tokens age in monotonic time. Google's library goes by the time of day: set back by two
 * hours, it would send a token that has expired for as long.
 */
export function withSteadyTokens(bigquery: BigQuery, clock: Clock = systemClock): BigQuery {
  const auth = bigquery.authClient;
  const authorize = auth.authorizeRequest.bind(auth);
  /** The token's end as the library knows it, and in monotonic time. */
  let known: { readonly expiryDate: number; readonly endMs: number } | undefined;

  auth.authorizeRequest = async (request) => {
    // Without credentials the request itself says so.
    const client = await auth.getClient().catch(() => undefined);
    const { expiry_date: before } = client?.credentials ?? {};
    const isOld =
      known !== undefined && before === known.expiryDate && clock.monotonicMs() >= known.endMs - earlyMs;
    if (client !== undefined && isOld) client.setCredentials({ ...client.credentials, expiry_date: 1 });
    const authorized = await authorize(request);
    const { expiry_date: expiryDate } = client?.credentials ?? {};
    if (expiryDate && expiryDate !== known?.expiryDate) {
      known = { expiryDate, endMs: clock.monotonicMs() + expiryDate - clock.now().getTime() };
    }
    return authorized;
  };
  return bigquery;
}
