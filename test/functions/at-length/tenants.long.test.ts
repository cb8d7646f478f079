// In short: ../tenants/tenants.test.ts
import '../tenants/tenants.test';
