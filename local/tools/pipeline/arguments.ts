import { parseArgs } from 'node:util';

export const pipelineHelp = `npm run pipeline -- run PIPELINE --tenant TENANT [options]

  Runs a pipeline in the local cloud, which npm start has started. Shows the steps as they end, then the first rows of
  the tables that the pipeline makes. A tenant that does not exist is onboarded. The exit code is 1 when the run fails.

  PIPELINE            provider/domain/id, like focus/billing/daily_costs
  --tenant TENANT     the tenant's id, like demo
  --param NAME=VALUE  a parameter; as often as needed
  --key KEY           the tenant's API key (default: the one kept in the data folder, or a new one)
  --data DIR          the data folder, where keys are kept (default .data)
  --rows N            how many rows of each table are shown (default 5)

  PORT and BIGQUERY_PORT say where the local cloud listens; ADMIN_API_KEY opens its admin calls.`;

/** What the command line asks for. */
export interface PipelineRequest {
  readonly pipeline: string;
  readonly tenantId: string;
  /** Texts by name, as they were given. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly apiKey: string | undefined;
  readonly dataDirectory: string;
  readonly rows: number;
}

/** @throws Error that says what was given and what was expected */
export function readArguments(args: readonly string[]): PipelineRequest | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tenant: { type: 'string' },
      param: { type: 'string', multiple: true, default: [] },
      key: { type: 'string' },
      data: { type: 'string', default: '.data' },
      rows: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const [command, pipeline, ...others] = positionals;
  if (command !== 'run' || pipeline === undefined || others.length > 0) {
    throw new Error(
      `Expected: run PIPELINE --tenant TENANT, given: ${args.join(' ') || 'nothing'}\n\n${pipelineHelp}`,
    );
  }
  if (values.tenant === undefined) throw new Error('--tenant: expected the id of a tenant, like demo');
  if (!/^\d{1,4}$/.test(values.rows)) throw new Error(`--rows: expected a number, given '${values.rows}'`);
  return {
    pipeline,
    tenantId: values.tenant,
    parameters: new Map(values.param.map(readParameter)),
    apiKey: values.key,
    dataDirectory: values.data,
    rows: Number(values.rows),
  };
}

function readParameter(text: string): readonly [string, string] {
  const mark = text.indexOf('=');
  if (mark <= 0) throw new Error(`--param: expected NAME=VALUE, given '${text}'`);
  return [text.slice(0, mark), text.slice(mark + 1)];
}
