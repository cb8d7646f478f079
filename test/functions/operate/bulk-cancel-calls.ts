import { dryrunPipeline, type OperateWorld, type Operator, startOperateWorld } from './operate-world';

export interface BulkCancelCalls {
  readonly world: OperateWorld;
  readonly operator: Operator;
  /** A filter for what the runs of one test have in common, and those of others have not. */
  readonly dryruns: { readonly pipeline: string; readonly from: string };
  /** Asks for them to be cancelled; resolves to the operation's id. */
  readonly start: (more?: object, path?: string, headers?: Record<string, string>) => Promise<string>;
  readonly show: (id: string) => Promise<Record<string, unknown>>;
  readonly abort: (id: string) => ReturnType<OperateWorld['ask']>;
}

/** For the tests of a `describe`: a world with an operator, and what is asked of it. */
export function startedForBulkCancel(): BulkCancelCalls {
  let world: OperateWorld;
  let operator: Operator;
  let dryruns: BulkCancelCalls['dryruns'];
  beforeAll(async () => {
    world = await startOperateWorld();
    operator = await world.startOperator();
  });
  afterAll(() => world?.close());
  beforeEach(() => {
    dryruns = { pipeline: dryrunPipeline, from: new Date().toISOString() };
  });
  return {
    get world() {
      return world;
    },
    get operator() {
      return operator;
    },
    get dryruns() {
      return dryruns;
    },
    start: async (more = {}, path = '/api/v1/runs/bulk-cancel', headers = {}) => {
      const { status, body } = await world.ask('POST', path, { ...dryruns, ...more }, headers);
      expect(status).toBe(202);
      return String(body.operation_id);
    },
    show: async (id) => (await world.ask('GET', `/api/v1/operations/${id}`)).body,
    abort: (id) => world.ask('POST', `/api/v1/operations/${id}/abort`),
  };
}
