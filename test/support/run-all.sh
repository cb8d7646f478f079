#!/usr/bin/env bash
# All tests: the fast suites, then the exhaustive ones, whatever became of the fast ones. The last line is the sum of
# both: `N passed, N failed, N skipped`. Exits with 1 where anything failed.
set -uo pipefail
cd "$(dirname "$0")/../.."
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
export TEST_COUNTS=$counts

status=0
runs=0
for script in test test:long; do
  npm run "$script" || status=1
  runs=$((runs + 1))
  # A run that ended before it could count is a failure.
  (($(wc -l <"$counts") == runs)) || echo '0 1 0' >>"$counts"
done

passed=0 failed=0 skipped=0
while read -r p f s; do
  ((passed += p, failed += f, skipped += s)) || true
done <"$counts"
((failed == 0)) || status=1
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
exit "$status"
