import { describeFuzz } from './support/fuzz';

// Ten thousand in fuzz.long.test.ts.
describeFuzz(200);
