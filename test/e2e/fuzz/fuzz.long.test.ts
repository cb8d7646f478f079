// In short: ../../functions/tenants/api-keys.test.ts
import { describeFuzz } from './fuzz';

/** As many as there is time for in CI; FUZZ_REQUESTS asks for more, such as 10,000. */
const count = Number(process.env.FUZZ_REQUESTS ?? 2_500);

// For a server that hangs, not for a busy machine: beside other work a request takes some 60 ms.
jest.setTimeout(600_000 + count * 300);

describeFuzz(count);
