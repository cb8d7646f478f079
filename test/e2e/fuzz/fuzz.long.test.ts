// In short: ../../functions/tenants/api-keys.test.ts
import { describeFuzz } from './fuzz';

/** As many as there is time for in CI; FUZZ_REQUESTS asks for more, such as 10,000. */
describeFuzz(Number(process.env.FUZZ_REQUESTS ?? 5_000));
