import { describeDocument } from './openapi-property';

describeDocument(30);
