/**
 * The direction table of docs/architecture.md. A package may import only what its row names.
 * Tests may also import the testkit. Only apps/server composes.
 */
const allowed = {
  contract: [],
  domain: ['contract'],
  archive: ['contract'],
  store: ['contract', 'domain'],
  driver: ['contract', 'domain'],
  'driver-docker': ['contract', 'domain', 'driver'],
  engine: ['contract', 'domain', 'archive', 'store', 'driver'],
  gateway: ['contract', 'domain', 'store'],
  api: ['contract', 'domain', 'archive', 'store'],
  backup: ['contract', 'domain', 'store'],
  sdk: ['contract'],
}

const inPackage = (name) => `^packages/${name}/`
const test = '[.]test[.]ts$|/test/'

const layers = Object.entries(allowed).map(([name, targets]) => ({
  name: `layer-${name}`,
  severity: 'error',
  comment: `${name} may import only: ${targets.join(', ') || 'nothing of ours'}`,
  from: { path: inPackage(name), pathNot: test },
  to: { path: '^(packages|apps)/', pathNot: [name, ...targets].map(inPackage) },
}))

export default {
  forbidden: [
    ...layers,
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'an import cycle hides who owns what',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-deep-import',
      severity: 'error',
      comment: 'other packages are entered by their exports',
      from: { path: '^(?:packages|apps)/([^/]+)/' },
      to: {
        path: '^packages/([^/]+)/src/(?!index[.]ts$|(?:conformance|node)/index[.]ts$)',
        pathNot: ['^packages/$1/', '^packages/testkit/'],
      },
    },
    {
      name: 'pure-packages',
      severity: 'error',
      comment: 'contract and domain do no input or output',
      from: { path: '^packages/(contract|domain)/', pathNot: test },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util)$' },
    },
    {
      name: 'sdk-runs-in-browsers',
      severity: 'error',
      comment: 'only src/node/ of the SDK may use what browsers lack',
      from: { path: '^packages/sdk/src/', pathNot: ['^packages/sdk/src/node/', test] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'clients-use-the-sdk',
      severity: 'error',
      comment: 'CLI, dashboard and examples see only sdk and contract',
      from: { path: '^(apps/(cli|dashboard)|examples)/' },
      to: { path: '^(packages|apps)/', pathNot: '^(packages/(sdk|contract)|apps/(cli|dashboard))/' },
    },
    {
      name: 'not-to-test',
      severity: 'error',
      comment: 'product code never imports tests or the testkit',
      from: { pathNot: `${test}|^packages/testkit/|^tests/|^bench/|/conformance/` },
      to: { path: `^packages/testkit/|${test}` },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // What bench/peers imports is installed by the bench alone.
    exclude: { path: ['(^|/)(node_modules|dist)/', '^bench/peers/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
}
