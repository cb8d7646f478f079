import type { Rewrites } from './newer-call';

const vectors = (left: string, right: string): string =>
  `__a AS (${left}), __b AS IF(ARRAY_LENGTH(${left}) = ARRAY_LENGTH(${right}), (${right}), ERROR('Vector length mismatch'))`;

const sumOver = (expression: string): string =>
  `(SELECT SUM(${expression}) FROM UNNEST(__a) AS __x WITH OFFSET AS __o)`;
const other = '__b[OFFSET(__o)]';

/** Distances between vectors that are arrays of numbers. */
export const arrayFunctions: Rewrites = {
  EUCLIDEAN_DISTANCE: ({ arguments: [left, right] }) =>
    left && right && `WITH(${vectors(left, right)}, SQRT(${sumOver(`POW(__x - ${other}, 2)`)}))`,
  COSINE_DISTANCE: ({ arguments: [left, right] }) =>
    left &&
    right &&
    `WITH(${vectors(left, right)}, 1 - ${sumOver(`__x * ${other}`)} / SQRT(${sumOver('__x * __x')} * ${sumOver(`${other} * ${other}`)}))`,
};
