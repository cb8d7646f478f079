#!/usr/bin/env bash
# npm run check: types, style, imports, definitions. With a pipeline's FILE only that one, which takes two seconds.
set -euo pipefail
cd "$(dirname "$0")/../../.."
case " $* " in
  *.yaml\ *) ;;
  *)
    tsc --noEmit
    tsc --noEmit --project console
    tsc --noEmit --project test/console
    biome check --error-on-warnings .
    depcruise --config .dependency-cruiser.cjs --output-type err functions shared local client console test
    ;;
esac
exec node --require tsx/cjs local/tools/check/main.ts "$@"
