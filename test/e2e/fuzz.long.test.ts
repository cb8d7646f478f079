import { describeFuzz } from './support/fuzz';

describeFuzz(10_000);
