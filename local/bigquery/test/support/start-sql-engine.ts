import { startSqlEngine } from '../../sql/sql-engine';
import { memoryTableStore } from './memory-table-store';

/** Starts an SQL engine, prints the process id of its native part, and stays. */
async function main(): Promise<void> {
  const engine = await startSqlEngine({ store: memoryTableStore() });
  process.stdout.write(`${engine.pid()}\n`);
  setInterval(() => undefined, 60_000);
}

void main();
