/** A query parameter as REST sends it. */
export interface QueryParameterType {
  /** INT64, FLOAT64, BOOL, STRING, …, ARRAY, STRUCT; the legacy names are accepted as well. */
  readonly type: string;
  readonly arrayType?: QueryParameterType;
  readonly structTypes?: readonly { readonly name?: string; readonly type: QueryParameterType }[];
  readonly rangeElementType?: { readonly type: string };
}

export interface QueryParameterValue {
  readonly value?: string | null;
  readonly arrayValues?: readonly QueryParameterValue[];
  readonly structValues?: Readonly<Record<string, QueryParameterValue>>;
  readonly rangeValue?: { readonly start?: QueryParameterValue; readonly end?: QueryParameterValue };
}

export interface QueryParameter {
  /** Absent for positional parameters. */
  readonly name?: string;
  readonly parameterType: QueryParameterType;
  readonly parameterValue: QueryParameterValue;
}
