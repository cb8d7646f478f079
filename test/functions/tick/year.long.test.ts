import { describeYear } from './year';

describeYear(1_000);
