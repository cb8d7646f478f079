import { describeSpecification } from './support/specification';

describeSpecification(100, true);
