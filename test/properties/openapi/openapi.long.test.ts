// In short: ../../functions/tenants/api-keys.test.ts
import { describeDocument } from './openapi-property';

describeDocument(2_000);
