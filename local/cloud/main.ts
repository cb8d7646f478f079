import { join } from 'node:path';
import { banner } from './banner';
import { startLocalCloud } from './cloud';
import { readOptions, usage } from './options';
import { fail, stopOnSignal } from './stop-on-signal';
import { warmUp } from './warm-up';

/** `npm start`: the cloud in a box, until it is told to stop. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env, join(__dirname, '../..'));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  // A run's lines are for who asks for them; the terminal is a person's.
  process.env.LOG_SEVERITY ??= 'WARNING';
  const starting = startLocalCloud({ ...options, log: (line) => console.error(line) });
  stopOnSignal(starting);
  const cloud = await starting;
  await upgradeTables(cloud.url);
  // Not where faults or latencies were asked for: they would strike here too.
  if (options.faults === undefined && options.bigqueryLimits === undefined) {
    await warmUp(cloud.url, process.env.ADMIN_API_KEY).catch((error: unknown) => {
      console.error(`Not warmed up: ${error instanceof Error ? error.message : error}`);
    });
  }
  console.log(banner(cloud, options, process.env.ADMIN_API_KEY !== undefined));
}

/** Data may be of an earlier version: what a deployment does at its end. */
async function upgradeTables(url: string): Promise<void> {
  const answer = await fetch(`${url}/local/scheduler/ensure-tables:run`, { method: 'POST' });
  if (!answer.ok) console.error(`Tables of tenants may not be up to date: ${await answer.text()}`);
}

main().catch(fail);
