import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an account may do with tables, as deploy.sh grants it: "@" means one of the control dataset. */
interface Rights {
  readonly mayRead: (table: string) => boolean;
  readonly mayChange: (table: string) => boolean;
}

const root = join(__dirname, '../../../..');
const tableName =
  '(?:tenants|api_keys|pipeline_runs|step_logs|dq_results|all_runs|schedules|schedule_times|operations)';
const namedTables = new RegExp(`\\b(FROM|JOIN|UPDATE|INTO|MERGE)\\s+(${tableName})\\b`, 'g');

const rightsText =
  /^rights\(\)[\s\S]*?<<'END'\n([\s\S]*?)\nEND/m.exec(readFileSync(join(root, 'deploy.sh'), 'utf8'))?.[1] ??
  '';

function rightsOf(account: string): Rights {
  const lines = rightsText.split('\n').map((line) => line.split(' '));
  const holds =
    (...roles: readonly string[]) =>
    (table: string): boolean =>
      lines.some(([whose, role = '', ...tables]) => {
        if (whose !== account || !roles.includes(role)) return false;
        const isAllBut = tables.some((name) => name.startsWith('!'));
        // All but those of the control dataset.
        if (isAllBut) return !table.startsWith('@') && !tables.includes(`!${table}`);
        return tables.includes(table);
      });
  return {
    mayRead: holds('row_reader', 'row_editor', 'pipeline_runner'),
    mayChange: holds('row_editor', 'pipeline_runner'),
  };
}

const accounts = new Map<string, Rights>();
const known = new Map<string, readonly string[]>();

/** The tables that a statement names and that the account may not read or change so. BigQuery would answer 403. */
export function deniedTables(
  account: string,
  statement: { readonly name: string; readonly sql: string },
  isControl: boolean,
): readonly string[] {
  const asked = `${account} ${statement.name}`;
  const before = known.get(asked);
  if (before !== undefined) return before;
  const rights = accounts.get(account) ?? rightsOf(account);
  accounts.set(account, rights);
  const denied = [...statement.sql.matchAll(namedTables)].flatMap(([, verb = '', name = '']) => {
    const table = isControl ? `@${name}` : name;
    const isGranted = verb === 'FROM' || verb === 'JOIN' ? rights.mayRead(table) : rights.mayChange(table);
    return isGranted ? [] : [table];
  });
  known.set(asked, denied);
  return denied;
}
