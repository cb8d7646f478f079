import { describeDocument } from './openapi-property';

describeDocument(3_000);
