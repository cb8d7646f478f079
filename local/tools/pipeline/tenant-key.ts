import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiProblem, type Client } from '../../../client';
import { CommandError, exitCodes } from '../../../client/cli';
import type { Clients } from './clients';

export interface TenantKeys {
  readonly clients: Clients;
  readonly tenantId: string;
  readonly dataDirectory: string;
  readonly schemasDirectory: string;
  readonly say: (line: string) => void;
}

/**
 * A key of the tenant: the one in the data folder if it still works, or else a new one. A tenant that does
 * not exist is onboarded first.
 * @throws CommandError if admin calls are closed; its message says what to do
 */
export async function findTenantKey(keys: TenantKeys): Promise<string> {
  const { clients, tenantId, dataDirectory, say } = keys;
  const kept = readKept(keyFile(dataDirectory, tenantId));
  if (kept !== undefined && (await opens(clients.ofTenant(kept), tenantId))) return kept;
  const apiKey = await makeKey(keys);
  say(`Its key is kept in ${keepKey(dataDirectory, tenantId, apiKey)}`);
  return apiKey;
}

const keyFile = (dataDirectory: string, tenantId: string): string => join(dataDirectory, 'keys', tenantId);

/** The tenants whose keys are kept. */
export function tenantsWithKeys(dataDirectory: string): readonly string[] {
  try {
    return readdirSync(join(dataDirectory, 'keys')).sort();
  } catch {
    return [];
  }
}

/** Keeps a key for the next `npm run pipeline`. @returns the file, which its owner alone can read */
export function keepKey(dataDirectory: string, tenantId: string, apiKey: string): string {
  const file = keyFile(dataDirectory, tenantId);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${apiKey}\n`, { mode: 0o600 });
  return file;
}

function readKept(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** False if the data was deleted since, or the key was revoked. */
async function opens(client: Client, tenantId: string): Promise<boolean> {
  try {
    await client.call('showTenant', { path: { tenant: tenantId } });
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && [401, 403, 404].includes(error.status)) return false;
    throw error;
  }
}

async function makeKey({ clients: { admin }, tenantId, schemasDirectory, say }: TenantKeys): Promise<string> {
  // Loaded on demand: mostly there is a key. A tier has to be named; its quotas are not taken.
  const {
    loadTiers,
  }: typeof import('../../../shared/definitions/tiers') = require('../../../shared/definitions/tiers');
  const [tier = ''] = Object.keys(loadTiers(schemasDirectory));
  try {
    const body = {
      tenant_id: tenantId,
      company_name: tenantId,
      subscription_tier: tier,
      max_pipelines_per_month: null,
      max_concurrent_pipelines: null,
    };
    const { api_key } = await admin.call('onboardTenant', { body });
    say(`Onboarded tenant ${tenantId}`);
    return api_key;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status === 401) {
      throw new CommandError(
        exitCodes.refused,
        'Admin calls are closed: set ADMIN_API_KEY to the key that the local cloud was started with, or give a key of the tenant by --key',
      );
    }
    if (error.code !== 'tenant_exists') throw error;
    const path = { tenant: tenantId };
    const { api_key } = await admin.call('makeApiKey', { path, body: { name: 'npm run pipeline' } });
    say(`Made a further key of tenant ${tenantId}`);
    return api_key;
  }
}
