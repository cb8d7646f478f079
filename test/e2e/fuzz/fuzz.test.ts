import { describeFuzz } from './fuzz';

describeFuzz(100);
