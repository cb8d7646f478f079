// In short: ../../properties/openapi/openapi.test.ts
import { describeFuzz } from './fuzz';

describeFuzz(10_000);
