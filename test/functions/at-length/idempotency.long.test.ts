// In short: ../run/idempotency.test.ts
import '../run/idempotency.test';
