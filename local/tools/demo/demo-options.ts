import { readOptions } from '../../cloud/options';

export const demoHelp = `npm run demo [-- options]

  Starts the local cloud, onboards the tenant 'demo', takes a sample of costs through the pipeline
  focus/billing/daily_costs and shows how it goes. The server then goes on until Ctrl-C. Tables are kept in memory only:
  each demo begins anew.

  --data DIR     where the sample and the tenant's key are written (default .data)
  --help         show this

  PORT, BIGQUERY_PORT and PUBSUB_PORT change the ports 8080, 9050 and 8085.
  ADMIN_API_KEY closes admin calls to all but those that send it as X-Admin-Key.`;

export type DemoOptions = Exclude<ReturnType<typeof readOptions>, 'help'>;

/**
 * What `npm start -- --memory` would read, of the options that a demo has.
 * @throws Error that says what is wrong
 */
export function readDemoOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  root: string,
): DemoOptions | 'help' {
  const other = args.find((arg, index) => {
    const isDirectory = args[index - 1] === '--data';
    return !isDirectory && arg !== '--help' && arg !== '--data' && !arg.startsWith('--data=');
  });
  if (other !== undefined) throw new Error(`Unknown option '${other}'\n\n${demoHelp}`);
  return readOptions([...args, '--memory'], environment, root);
}
