import { describeHistories } from './admission-property';

describeHistories(3);
