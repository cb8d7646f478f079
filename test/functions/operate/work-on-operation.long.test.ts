import { describeWorkOnOperation } from './work-on-operation-suite';

describeWorkOnOperation(2_000);
