import type { EngineClient } from './engine-client';
import { stringsAt } from './tree';

/** The dialect's settings, in the engine's messages. */
export interface Dialect {
  readonly options: object;
}

/** Features of ZetaSQL that BigQuery lacks and that would change what a statement means. */
const foreignFeatures = new Set([
  // BigQuery's timestamps have microseconds.
  'FEATURE_TIMESTAMP_NANOS',
  // BigQuery reports conflicts of encryption and privacy functions in its own way.
  'FEATURE_ANONYMIZATION',
  'FEATURE_AGGREGATION_THRESHOLD',
]);

/** Features that the engine has, but counts as unfinished, and BigQuery has, too. */
const unfinishedFeatures = [
  'FEATURE_INTERVAL_TYPE',
  'FEATURE_V_1_4_LIKE_ANY_SOME_ALL_ARRAY',
  'FEATURE_V_1_4_LIKE_ANY_SOME_ALL_SUBQUERY',
];

/** BigQuery's dialect: all features of the engine, in external mode, except those that BigQuery lacks. */
export async function loadDialect(client: EngineClient): Promise<Dialect> {
  const maximum = await client.call('GetLanguageOptions', { maximumFeatures: true });
  const features = stringsAt(maximum, 'enabledLanguageFeatures').filter(
    (feature) => !foreignFeatures.has(feature),
  );
  return {
    options: {
      productMode: 'PRODUCT_EXTERNAL',
      enabledLanguageFeatures: [...features, ...unfinishedFeatures],
      supportedStatementKinds: [],
      reservedKeywords: ['QUALIFY'],
    },
  };
}
