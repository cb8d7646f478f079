import type { World } from '../world/world';
import type { Gate } from './gate';
import type { Register } from './register';

/** Somebody who asks for a tenant's runs. */
export interface Caller {
  readonly tenantId: string;
  readonly apiKey: string;
}

/** What all callers share. */
export interface CallersDependencies {
  readonly seed: number;
  readonly world: World;
  readonly register: Register;
  readonly gate: Gate;
}
