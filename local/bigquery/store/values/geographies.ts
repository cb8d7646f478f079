const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const pointForm = new RegExp(String.raw`^\s*POINT\s*\(\s*(${number})\s+(${number})\s*\)\s*$`, 'i');
const shapeForm =
  /^\s*(POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION|FULLGLOBE)\s*(EMPTY|\(.*\))?\s*$/is;

/**
 * A geography as it is kept: well-known text, points in the form that BigQuery answers; GeoJSON as it is. Undefined
 * where it is neither. Of other shapes than points only the outline is looked at.
 * https://cloud.google.com/bigquery/docs/geospatial-data#loading_geospatial_data
 */
export function geographyText(text: string): string | undefined {
  const [, x, y] = pointForm.exec(text) ?? [];
  if (x !== undefined) return Math.abs(Number(y)) > 90 ? undefined : `POINT(${Number(x)} ${Number(y)})`;
  return shapeForm.test(text) || /^\s*\{.*"coordinates".*\}\s*$/s.test(text) ? text : undefined;
}
