import { describeBulkCancel } from './bulk-cancel-suite';

describeBulkCancel(1, [{ minutes: 11, woken: 1 }]);
