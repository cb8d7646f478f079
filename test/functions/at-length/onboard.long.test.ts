// In short: ../onboard/onboard.test.ts
import '../onboard/onboard.test';
