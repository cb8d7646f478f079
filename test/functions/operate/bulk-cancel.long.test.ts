import { describeBulkCancel } from './bulk-cancel-suite';

// 200 runs in flight over three tenants.
describeBulkCancel(34, true);
