/** What the sample's usage is made of. */
export const projects = [
  { id: 'shop-production', number: '410000000001', name: 'Shop', env: 'prod' },
  { id: 'shop-staging', number: '410000000002', name: 'Shop staging', env: 'staging' },
  { id: 'analytics', number: '410000000003', name: 'Analytics', env: 'prod' },
] as const;

/** `priceMicros` is the price of one unit, and `largest` the most units an hour may use. */
export const skus = [
  {
    service: { id: '6F81-5844-456A', description: 'Compute Engine' },
    sku: { id: '2E27-4F75-95CD', description: 'N1 Predefined Instance Core running in Americas' },
    unit: 'hour',
    priceMicros: 31_611,
    largest: 64,
    sustainedUse: true,
  },
  {
    service: { id: '95FF-2EF5-5EA1', description: 'Cloud Storage' },
    sku: { id: '0D5D-6E23-4250', description: 'Standard Storage US Multi-region' },
    unit: 'gibibyte month',
    priceMicros: 26_000,
    largest: 40,
    sustainedUse: false,
  },
  {
    service: { id: '24E6-581D-38E5', description: 'BigQuery' },
    sku: { id: '1DF5-10CB-A5A3', description: 'Analysis' },
    unit: 'tebibyte',
    priceMicros: 6_250_000,
    largest: 3,
    sustainedUse: false,
  },
  {
    service: { id: '152E-C115-5142', description: 'Cloud Run' },
    sku: { id: '8B61-4C1E-51F2', description: 'CPU Allocation Time' },
    unit: 'second',
    priceMicros: 24,
    largest: 90_000,
    sustainedUse: false,
  },
  {
    service: { id: 'A1E8-BE35-7EBC', description: 'Cloud Pub/Sub' },
    sku: { id: '9F10-2E4A-77B3', description: 'Message Delivery Basic' },
    unit: 'tebibyte',
    priceMicros: 40_000_000,
    largest: 1,
    sustainedUse: false,
  },
] as const;

export const regions = ['us-central1', 'europe-west1'] as const;
