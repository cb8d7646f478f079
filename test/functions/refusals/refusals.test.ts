import { describeRefusals } from '../support/refusal-suite';

describeRefusals(8);
