import type { Construct } from './construct';

/** Functions of every family. */
export const functionConstructs: readonly Construct[] = [
  [
    'SELECT ABS(-1), SIGN(-2), MOD(5, 3), DIV(5, 2), POW(2, 3), SQRT(4.0), CBRT(8.0), EXP(0.0), LN(1.0), LOG(8, 2)',
    [['1', '-1', '2', '2', '8.0', '2.0', '2.0', '1.0', '0.0', '3.0']],
  ],
  [
    "SELECT ROUND(NUMERIC '2.345', 2), ROUND(NUMERIC '2.5', 0, 'ROUND_HALF_EVEN'), TRUNC(1.7), CEIL(1.2), FLOOR(1.7)",
    [['2.35', '2', '1.0', '2.0', '1.0']],
  ],
  [
    'SELECT GREATEST(1, 2), LEAST(1, 2), SAFE_DIVIDE(1, 0), SAFE_ADD(9223372036854775807, 1), IEEE_DIVIDE(1, 0)',
    [['2', '1', null, null, 'Infinity']],
  ],
  [
    'SELECT SIN(0.0), COS(0.0), ATAN2(0.0, 1.0), SINH(0.0), ACOSH(1.0), COT(1.0) > 0, SEC(0.0)',
    [['0.0', '1.0', '0.0', '0.0', '0.0', 'true', '1.0']],
  ],
  [
    'SELECT IS_INF(1.0), IS_NAN(1.0), RANGE_BUCKET(20, [0, 10, 20, 30]), RAND() < 1',
    [['false', 'false', '3', 'true']],
  ],
  [
    'SELECT EUCLIDEAN_DISTANCE([3.0, 0.0], [0.0, 4.0]), COSINE_DISTANCE([1.0, 0.0], [0.0, 1.0])',
    [['5.0', '1.0']],
  ],
  ['SELECT BIT_COUNT(7), 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 3, 8 >> 1', [['3', '1', '7', '6', '-6', '8', '4']]],
  [
    "SELECT ASCII('a'), CHR(97), CODE_POINTS_TO_STRING([97]), TO_CODE_POINTS('a'), UNICODE('a')",
    [['97', 'a', 'a', ['97'], '97']],
  ],
  [
    "SELECT CONCAT('a', 'b'), 'a' || 'b', LENGTH('abc'), CHAR_LENGTH('abc'), BYTE_LENGTH('a'), OCTET_LENGTH('a')",
    [['ab', 'ab', '3', '3', '1', '1']],
  ],
  [
    "SELECT UPPER('a'), INITCAP('ab cd'), TRIM(' a '), LPAD('a', 3), REPEAT('a', 3), REVERSE('ab'), TRANSLATE('ab', 'a', 'c')",
    [['A', 'Ab Cd', 'a', '  a', 'aaa', 'ba', 'cb']],
  ],
  [
    "SELECT SUBSTR('abc', 2), LEFT('abc', 1), RIGHT('abc', 1), STRPOS('abc', 'b'), INSTR('abcb', 'b', 1, 2), ENDS_WITH('abc', 'c')",
    [['bc', 'a', 'c', '2', '4', 'true']],
  ],
  ["SELECT CONTAINS_SUBSTR('abc', 'B')", [['true']]],
  ["SELECT CONTAINS_SUBSTR(t, 'A') FROM t", { gap: 'CONTAINS_SUBSTR of a STRUCT or an ARRAY' }],
  [
    "SELECT SPLIT('a,b'), FORMAT('%d-%s-%t-%T', 1, 'a', 1, 'x'), FROM_BASE64('YQ=='), TO_BASE64(b'a'), FROM_HEX('61'), TO_HEX(b'a')",
    [[['a', 'b'], '1-a-1-"x"', 'YQ==', 'YQ==', 'YQ==', '61']],
  ],
  ["SELECT TO_BASE32(b'a')", { gap: 'The function TO_BASE32' }],
  [
    "SELECT NORMALIZE('a'), NORMALIZE_AND_CASEFOLD('A'), SOUNDEX('Ashcraft'), SAFE_CONVERT_BYTES_TO_STRING(b'a')",
    [['a', 'a', 'A261', 'a']],
  ],
  ["SELECT COLLATE('a', 'und:ci') = 'A', 'b' != COLLATE('B', 'und:ci')", [['true', 'false']]],
  ["SELECT COLLATE('a', 'und:ci')", { gap: 'The function COLLATE' }],
  ["SELECT EDIT_DISTANCE('a', 'b')", { gap: 'The function EDIT_DISTANCE' }],
  [
    "SELECT REGEXP_CONTAINS('abc', 'b'), REGEXP_EXTRACT('abc', 'b(.)'), REGEXP_EXTRACT_ALL('abab', 'a'), REGEXP_INSTR('abc', 'b'), REGEXP_REPLACE('abc', 'b', 'x')",
    [['true', 'c', ['a', 'a'], '2', 'axc']],
  ],
  [
    "SELECT TO_HEX(MD5('a')), LENGTH(SHA1('a')), LENGTH(SHA256('a')), LENGTH(SHA512('a')), FARM_FINGERPRINT('a')",
    [['0cc175b9c0f1b6a831c399e269772661', '20', '32', '64', '-5528939962900187677']],
  ],
  ['SELECT LENGTH(GENERATE_UUID()), SESSION_USER()', [['36', 'local@localhost']]],
  [
    'SELECT CURRENT_DATE() IS NULL, CURRENT_TIMESTAMP() IS NULL, CURRENT_DATETIME() IS NULL, CURRENT_TIME() IS NULL',
    [['false', 'false', 'false', 'false']],
  ],
  [
    "SELECT DATE(2024, 9, 1), DATE_ADD(DATE '2024-09-01', INTERVAL 1 DAY), DATE_DIFF(DATE '2024-09-02', DATE '2024-09-01', DAY), DATE_TRUNC(DATE '2024-09-15', WEEK(MONDAY))",
    [['2024-09-01', '2024-09-02', '1', '2024-09-09']],
  ],
  [
    "SELECT GENERATE_DATE_ARRAY(DATE '2024-09-01', DATE '2024-09-03'), GENERATE_ARRAY(1, 3)",
    [
      [
        ['2024-09-01', '2024-09-02', '2024-09-03'],
        ['1', '2', '3'],
      ],
    ],
  ],
  [
    "SELECT GENERATE_TIMESTAMP_ARRAY(TIMESTAMP '2024-09-01', TIMESTAMP '2024-09-02', INTERVAL 1 DAY)",
    [[['1725148800000000', '1725235200000000']]],
  ],
  [
    "SELECT DATETIME(2024, 9, 1, 1, 2, 3), DATETIME_TRUNC(DATETIME '2024-09-01 01:02:03', HOUR), FORMAT_DATETIME('%H', DATETIME '2024-09-01')",
    [['2024-09-01T01:02:03', '2024-09-01T01:00:00', '00']],
  ],
  [
    "SELECT TIME(1, 2, 3), TIME_ADD(TIME '01:00:00', INTERVAL 1 HOUR), TIME_DIFF(TIME '02:00:00', TIME '01:00:00', MINUTE), PARSE_TIME('%H', '01')",
    [['01:02:03', '02:00:00', '60', '01:00:00']],
  ],
  [
    "SELECT TIMESTAMP_ADD(TIMESTAMP '2024-09-01', INTERVAL 1 DAY), TIMESTAMP_TRUNC(TIMESTAMP '2024-09-01', MONTH, 'Europe/Berlin'), STRING(TIMESTAMP '2024-09-01'), UNIX_SECONDS(TIMESTAMP '2024-09-01')",
    [['1725235200000000', '1725141600000000', '2024-09-01 00:00:00+00', '1725148800']],
  ],
  [
    "SELECT DATE_BUCKET(DATE '2024-09-05', INTERVAL 2 DAY), DATETIME_BUCKET(DATETIME '2024-09-05', INTERVAL 12 HOUR), TIMESTAMP_BUCKET(TIMESTAMP '2024-09-05', INTERVAL 1 HOUR)",
    [['2024-09-05', '2024-09-05T00:00:00', '1725494400000000']],
  ],
  [
    "SELECT DATE_BUCKET(DATE '2024-09-05', INTERVAL 1 MONTH, DATE '2024-01-15'), DATE_BUCKET(DATE '2023-12-15', INTERVAL 2 MONTH, DATE '2024-01-15')",
    [['2024-08-15', '2023-11-15']],
  ],
  [
    "SELECT INTERVAL 1 DAY, MAKE_INTERVAL(1, 2, 3), JUSTIFY_DAYS(INTERVAL 35 DAY), EXTRACT(DAY FROM INTERVAL 3 DAY), DATE '2024-09-01' - DATE '2024-08-01'",
    [['0-0 1 0:0:0', '1-2 3 0:0:0', '0-1 5 0:0:0', '3', '0-0 31 0:0:0']],
  ],
  [
    "SELECT ARRAY_LENGTH([1]), ARRAY_CONCAT([1], [2]), ARRAY_REVERSE([1, 2]), ARRAY_TO_STRING(['a'], ','), [1, 2][OFFSET(0)], [1][SAFE_OFFSET(5)], ARRAY_FIRST([1, 2]), ARRAY_LAST([1, 2])",
    [['1', ['1', '2'], ['2', '1'], 'a', '1', null, '1', '2']],
  ],
  ["SELECT STRUCT(1 AS a, 'b' AS b), STRUCT<x INT64>(1).x, (1, 2)", [[['1', 'b'], '1', ['1', '2']]]],
  [
    `SELECT TO_JSON(STRUCT(1 AS a)), TO_JSON_STRING(STRUCT(1 AS a)), PARSE_JSON('{"a": 1}'), JSON_QUERY(JSON '{"a": {"b": 1}}', '$.a'), JSON_VALUE(JSON '{"a": 1}', '$.a')`,
    [['{"a":1}', '{"a":1}', '{"a":1}', '{"b":1}', '1']],
  ],
  [
    `SELECT JSON_QUERY_ARRAY(JSON '[1]'), JSON_VALUE_ARRAY(JSON '[1]'), JSON_EXTRACT_SCALAR('{"a": 1}', '$.a'), JSON_TYPE(JSON '1')`,
    [[['1'], ['1'], '1', 'number']],
  ],
  [
    `SELECT INT64(JSON '1'), FLOAT64(JSON '1.5'), BOOL(JSON 'true'), STRING(JSON '"a"'), LAX_INT64(JSON '"1"'), LAX_STRING(JSON '1')`,
    [['1', '1.5', 'true', 'a', '1', '1']],
  ],
  [
    `SELECT JSON_OBJECT('a', 1), JSON_ARRAY(1, 'a'), JSON_SET(JSON '{"a": 1}', '$.a', 2), JSON_REMOVE(JSON '{"a": 1}', '$.a'), JSON_STRIP_NULLS(JSON '{"a": null}')`,
    [['{"a":1}', '[1,"a"]', '{"a":2}', '{}', '{}']],
  ],
  [
    `SELECT JSON_KEYS(JSON '{"a": {"b": 1}, "c.d": 2}'), JSON_KEYS(JSON '{"a": {"b": 1}}', 1), JSON_KEYS(JSON '{"a": [{"b": "}:"}], "d": 3}')`,
    [[['"c.d"', 'a', 'a.b'], ['a'], ['a', 'd']]],
  ],
  [
    `SELECT JSON_KEYS(JSON '{"a": [{"b": 1}, {"c": 2}]}', mode => 'lax'), JSON_KEYS(JSON '{"a": [[{"b": 1}]]}', mode => 'lax'), JSON_KEYS(JSON '{"a": [[{"b": 1}]]}', mode => 'lax recursive')`,
    [[['a', 'a.b', 'a.c'], ['a'], ['a', 'a.b']]],
  ],
  ['SELECT JSON_KEYS(doc) FROM j', [[['a', 'a.b', 'c']]]],
  ["SELECT JSON_FLATTEN(JSON '[1, [2]]')", { gap: 'The function JSON_FLATTEN' }],
  [
    `SELECT BOOL_ARRAY(JSON '[true]'), INT64_ARRAY(JSON '[2, 1]'), FLOAT64_ARRAY(JSON '[1]'), STRING_ARRAY(JSON '["a"]'), LAX_INT64_ARRAY(JSON '["1"]')`,
    [[['true'], ['2', '1'], ['1.0'], ['a'], ['1']]],
  ],
  ["SELECT INT64_ARRAY(JSON '1')", { refused: 'invalidQuery: The provided JSON input is not an array' }],
  ["SELECT doc.a.b, doc['c'][0] FROM j", [['1', '1']]],
  [
    'SELECT COUNT(*), COUNT(DISTINCT name), COUNTIF(id > 1), SUM(id), AVG(id), MIN(id), MAX(id), LOGICAL_OR(FALSE), BIT_OR(id) FROM t',
    [['3', '2', '2', '6', '2.0', '1', '3', 'false', '3']],
  ],
  [
    "SELECT STRING_AGG(name, ',' ORDER BY id), ARRAY_AGG(id ORDER BY id LIMIT 2), ARRAY_AGG(DISTINCT name IGNORE NULLS ORDER BY name), ANY_VALUE(id HAVING MAX id) FROM t",
    [['a,b,a', ['1', '2'], ['a', 'b'], '3']],
  ],
  [
    'SELECT STDDEV(id), VARIANCE(id), CORR(id, id), COVAR_POP(id, id) FROM t',
    [['1.0', '1.0', '1.0', '0.6666666666666666']],
  ],
  [
    'SELECT MAX_BY(id, amount), MIN_BY(name, id), ARRAY_CONCAT_AGG([id] ORDER BY id) FROM t',
    [['3', 'a', ['1', '2', '3']]],
  ],
  [
    'SELECT APPROX_COUNT_DISTINCT(name), APPROX_QUANTILES(id, 2), APPROX_TOP_COUNT(name, 1), APPROX_TOP_SUM(name, id, 1) FROM t',
    [['2', ['1', '2', '3'], [['a', '2']], [['a', '4']]]],
  ],
  ['SELECT HLL_COUNT.EXTRACT(HLL_COUNT.INIT(name)) FROM t', [['2']]],
  [
    'SELECT HLL_COUNT.MERGE(s), HLL_COUNT.EXTRACT(HLL_COUNT.MERGE_PARTIAL(s)) FROM (SELECT HLL_COUNT.INIT(name) AS s FROM t GROUP BY id)',
    [['2', '2']],
  ],
  [
    'SELECT HLL_COUNT.EXTRACT(NULL), HLL_COUNT.MERGE(s), HLL_COUNT.MERGE_PARTIAL(s) FROM (SELECT CAST(NULL AS BYTES) AS s)',
    [['0', '0', null]],
  ],
  ['SELECT KLL_QUANTILES.INIT_INT64(id) FROM t', { gap: 'The function KLL_QUANTILES.INIT_INT64' }],
  [
    'SELECT RANK() OVER (ORDER BY name), DENSE_RANK() OVER (ORDER BY name), PERCENT_RANK() OVER (ORDER BY id), CUME_DIST() OVER (ORDER BY name), NTILE(2) OVER (ORDER BY id) FROM t ORDER BY id',
    [
      ['1', '1', '0.0', '0.6666666666666666', '1'],
      ['3', '2', '0.5', '1.0', '1'],
      ['1', '1', '1.0', '0.6666666666666666', '2'],
    ],
  ],
  [
    'SELECT PERCENTILE_CONT(id, 0.5) OVER (), PERCENTILE_DISC(id, 0.5) OVER () FROM t LIMIT 1',
    [['2.0', '2']],
  ],
  [
    'SELECT SUM(id) OVER (ORDER BY id ROWS 1 PRECEDING), SUM(id) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t ORDER BY id',
    [
      ['1', '3'],
      ['3', '6'],
      ['5', '5'],
    ],
  ],
  [
    'SELECT SUM(id) OVER (ORDER BY id GROUPS 1 PRECEDING) FROM t',
    { refused: 'invalidQuery: Syntax error: Expected ")" but got keyword GROUPS at [1:34]' },
  ],
  [
    "SELECT NET.HOST('http://a.com/x'), NET.REG_DOMAIN('http://www.a.com'), NET.IP_TO_STRING(b'\\x01\\x02\\x03\\x04'), NET.SAFE_IP_FROM_STRING('x')",
    [['a.com', 'a.com', '1.2.3.4', null]],
  ],
  [
    "SELECT SAFE.PARSE_DATE('%Y', 'x'), SAFE_CAST('x' AS INT64), CAST('20240901' AS DATE FORMAT 'YYYYMMDD'), CAST(DATE '2024-09-01' AS STRING FORMAT 'DD/MM/YYYY')",
    [[null, null, '2024-09-01', '01/09/2024']],
  ],
  [
    "SELECT PARSE_NUMERIC('1.5'), CAST(1 AS BIGNUMERIC), CAST('1' AS NUMERIC(3, 1)), CAST('abc' AS STRING(5))",
    [['1.5', '1', '1', 'abc']],
  ],
  ["SELECT CAST('x' AS INT64)", { refused: 'invalidQuery: Bad int64 value: x' }],
  [
    'SELECT NULLIFZERO(0), ZEROIFNULL(NULL), COALESCE(NULL, 1), NULLIF(1, 1), IFNULL(NULL, 3), IF(TRUE, 1, 2)',
    [[null, '0', '1', null, '3', '1']],
  ],
  ["SELECT ERROR('no')", { refused: 'invalidQuery: no' }],
  ["SELECT AEAD.ENCRYPT(b'', 'x', '')", { gap: 'The function AEAD.ENCRYPT' }],
  ["SELECT KEYS.NEW_KEYSET('AEAD_AES_GCM_256')", { gap: 'The function KEYS.NEW_KEYSET' }],
  ["SELECT DETERMINISTIC_ENCRYPT(b'', 'x', '')", { gap: 'The function DETERMINISTIC_ENCRYPT' }],
  ["SELECT DLP_DETERMINISTIC_ENCRYPT(b'', 'x', '')", { gap: 'The function DLP_DETERMINISTIC_ENCRYPT' }],
  ["SELECT SEARCH('a b', 'a')", { gap: 'The function SEARCH' }],
  ["SELECT TEXT_ANALYZE('I like pie')", { gap: 'The function TEXT_ANALYZE' }],
  ["SELECT BAG_OF_WORDS(['a', 'b'])", { gap: 'The function BAG_OF_WORDS' }],
  ['SELECT ML.NORMALIZER([1.0, 2.0], 2)', { gap: 'The function ML.NORMALIZER' }],
  ["SELECT AI.GENERATE('x')", { gap: 'The function AI.GENERATE' }],
  ["SELECT OBJ.GET_ACCESS_URL('x', 'r')", { gap: 'The function OBJ.GET_ACCESS_URL' }],
];
