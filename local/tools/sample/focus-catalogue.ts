import type { Choices } from './focus-file';

/** What the FOCUS sample's charges are made of. */
export interface FocusProvider {
  readonly name: string;
  readonly issuer: string;
  /** How the identifiers of its resources begin. */
  readonly prefix: string;
  readonly regions: Choices<readonly [id: string, name: string]>;
  readonly accounts: Choices<readonly [id: string, name: string]>;
  readonly services: Choices<FocusService>;
}

export interface FocusService {
  readonly name: string;
  /** One of FOCUS's service categories. */
  readonly category: string;
  readonly sku: string;
  readonly unit: string;
  /** Millionths of a dollar for one unit. */
  readonly priceMicros: number;
  /** The most units an hour may use. */
  readonly largest: number;
}

function service(
  name: string,
  category: string,
  sku: string,
  unit: string,
  priceMicros: number,
  largest: number,
): FocusService {
  return { name, category, sku, unit, priceMicros, largest };
}

export const focusProviders: Choices<FocusProvider> = [
  {
    name: 'AWS',
    issuer: 'Amazon Web Services, Inc.',
    prefix: 'arn:aws:example:',
    regions: [
      ['eu-west-1', 'EU (Ireland)'],
      ['us-east-1', 'US East (N. Virginia)'],
    ],
    accounts: [
      ['100000000017', 'shop-production'],
      ['100000000029', 'shop-staging'],
    ],
    services: [
      service('Amazon Elastic Compute Cloud', 'Compute', 'M7G-LARGE', 'Hours', 81_600, 24),
      service('Amazon Simple Storage Service', 'Storage', 'S3-STANDARD', 'GB-Mo', 23_000, 300),
      service('AWS Lambda', 'Compute', 'LAMBDA-GB-SECOND', 'GB-Seconds', 17, 200_000),
      service('Amazon Relational Database Service', 'Databases', 'R6G-LARGE', 'Hours', 225_000, 12),
    ],
  },
  {
    name: 'Microsoft',
    issuer: 'Microsoft',
    prefix: '/subscriptions/00000000/resourcegroups/example/',
    regions: [
      ['westeurope', 'West Europe'],
      ['northeurope', 'North Europe'],
    ],
    accounts: [['5d1c0f4e', 'crm']],
    services: [
      service('Virtual Machines', 'Compute', 'D4S-V5', 'Hours', 192_000, 16),
      service('Storage Accounts', 'Storage', 'BLOB-HOT-LRS', 'GB/Month', 18_400, 300),
      service('Azure Monitor', 'Management and Governance', 'LOGS-ANALYTICS', 'GB', 2_300_000, 5),
    ],
  },
  {
    name: 'Google Cloud',
    issuer: 'Google Cloud',
    prefix: '//example.googleapis.com/projects/',
    regions: [
      ['europe-west1', 'Belgium'],
      ['us-central1', 'Iowa'],
    ],
    accounts: [
      ['analytics', 'Analytics'],
      ['analytics-dev', 'Analytics development'],
    ],
    services: [
      service('BigQuery', 'Analytics', 'ANALYSIS', 'TiBy', 6_250_000, 3),
      service('Cloud Run', 'Compute', 'CPU-ALLOCATION', 'Seconds', 24, 90_000),
      service('Cloud Storage', 'Storage', 'STANDARD-REGIONAL', 'GiBy-Mo', 20_000, 300),
    ],
  },
];
