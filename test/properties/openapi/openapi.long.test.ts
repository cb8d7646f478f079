import { describeDocument } from './openapi-property';

describeDocument(2_000);
