import { describeYear } from './year';

describeYear(5);
