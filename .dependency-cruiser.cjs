/**
 * The directions that imports take (ARCHITECTURE.md, "Who imports whom"). `npm run check` and
 * test/architecture/imports.test.ts hold the tree to them; types count like values.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'functions-are-islands',
      comment: 'No function imports another: each deploys alone.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/', pathNot: '^functions/$1/' },
    },
    {
      name: 'functions-to-shared-only',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(local|client|console|test)/' },
    },
    {
      name: 'shared-stands-below',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|local|client|console|test)/' },
    },
    {
      name: 'google-clients-only-in-google',
      comment: "shared/google is the only importer of Google's data clients.",
      severity: 'error',
      from: { path: '^(functions|shared)/', pathNot: '^shared/google/' },
      to: { path: 'node_modules/@google-cloud/', pathNot: 'node_modules/@google-cloud/functions-framework/' },
    },
    {
      name: 'rules-are-pure',
      comment: 'Rules decide from what they are given: no Google client, no SQL, no HTTP, no telemetry.',
      severity: 'error',
      from: { path: '^shared/[^/]+/rules/' },
      to: { path: '^shared/(google|sql|http|telemetry)/|node_modules/@google-cloud/' },
    },
    {
      name: 'local-bigquery-stands-alone',
      severity: 'error',
      from: { path: '^local/bigquery/' },
      to: { path: '^(functions|shared|local|client|console|test)/', pathNot: '^local/bigquery/' },
    },
    {
      name: 'local-pubsub-stands-alone',
      severity: 'error',
      from: { path: '^local/pubsub/' },
      to: { path: '^(functions|shared|local|client|console|test)/', pathNot: '^local/pubsub/' },
    },
    {
      name: 'client-stands-alone',
      comment: "A package for others' projects, browsers' too.",
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/build\\.cjs$' },
      to: { path: '^(functions|shared|local|console|test)/|node_modules/' },
    },
    {
      name: 'client-for-browsers',
      comment: 'The command line is for Node alone.',
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/(cli/|build\\.cjs$)' },
      to: { path: '^client/cli/' },
    },
    {
      name: 'client-by-its-index',
      severity: 'error',
      from: { pathNot: '^(test/)?client/' },
      to: { path: '^client/', pathNot: '^client/(cli/)?index\\.ts$' },
    },
    {
      name: 'console-by-the-client',
      comment: 'The console is a user of the HTTP interface like any other, by the typed client.',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(functions|shared|local|test)/' },
    },
    {
      name: 'console-own-packages',
      comment: 'What a browser has to load is little, and named here.',
      severity: 'error',
      from: { path: '^console/' },
      to: {
        path: 'node_modules/',
        pathNot: 'node_modules/(preact|@preact/signals|@preact/signals-core|preact-iso|uplot)/',
      },
    },
    {
      name: 'console-for-itself',
      comment: 'What deploys serves the files that are built of it.',
      severity: 'error',
      from: { path: '^local/' },
      to: { path: '^console/' },
    },
    {
      name: 'only-test-imports-local',
      comment: 'What runs on a laptop may import what deploys, never the reverse.',
      severity: 'error',
      from: { pathNot: '^(local|test)/' },
      to: { path: '^local/' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^(functions|shared|local|console)/', pathNot: '/test/' },
      to: { path: '(^|/)test/' },
    },
    {
      name: 'packages-by-their-exports',
      comment: 'Of a package of the workspace, others import only what its package.json exports.',
      severity: 'error',
      from: { pathNot: '^local/(bigquery|pubsub)/' },
      to: {
        path: '^local/(bigquery|pubsub)/',
        pathNot: '^local/[^/]+/(index|engine|sparing-log|test/support/[^/]+)\\.ts$',
      },
    },
    {
      name: 'resolves',
      severity: 'error',
      from: {},
      // The bundler gives this name to the function that it bundles.
      to: { couldNotResolve: true, pathNot: '^function-of-this-bundle$' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    // Its parser knows no JSX: what these import is held to the rules by test/architecture/imports.test.ts alone.
    doNotFollow: { path: 'node_modules|\\.tsx$' },
    exclude: { path: '(^|/)(dist|\\.data)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'require', 'import', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
