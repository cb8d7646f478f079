import { describeRefusals } from '../support/refusal-suite';

describeRefusals(4);
