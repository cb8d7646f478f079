import { describeDocument } from './openapi-property';

describeDocument(40);
