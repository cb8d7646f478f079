// In short: ../../functions/tenants/api-keys.test.ts
import { describeFuzz } from './fuzz';

/** FUZZ_REQUESTS asks for more, or for fewer. */
describeFuzz(Number(process.env.FUZZ_REQUESTS ?? 10_000));
