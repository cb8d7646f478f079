import { defineStatement } from '../define-statement';
import {
  andWanted,
  changedRow,
  changeParameters,
  noteChange,
  selectChanged,
  versionParameters,
  whereNotMade,
} from './tenant-change';

/**
 * Sets what is marked as given (null takes an address or notes away), unless the row is of another version than
 * is wanted, and reads it back.
 */
export const changeProfile = defineStatement({
  name: 'change-profile',
  sql: `
UPDATE tenants AS tenant
SET
  company_name = IFNULL(@company_name, company_name),
  contact_email = IF(@sets_email, @contact_email, contact_email),
  notes = IF(@sets_notes, @notes, notes),${noteChange}${whereNotMade}${andWanted}${selectChanged}`,
  parameters: {
    ...changeParameters,
    ...versionParameters,
    company_name: 'STRING',
    sets_email: 'BOOL',
    contact_email: 'STRING',
    sets_notes: 'BOOL',
    notes: 'STRING',
  },
  row: changedRow,
});
