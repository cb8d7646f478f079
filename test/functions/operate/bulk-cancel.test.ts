import { describeBulkCancel } from './bulk-cancel-suite';

describeBulkCancel(2);
