/**
 * The arrows between the rooms: contract <- sdk <- cli, contract <- server, runtime <- host <- server.
 * Everything may use configuration and proto; a package is entered through its index.ts only.
 */
const mayUse = {
  configuration: [],
  contract: [],
  runtime: [],
  service: [],
  host: ['runtime', 'configuration', 'service'],
  server: ['host', 'contract', 'configuration', 'service'],
  sdk: ['contract'],
  cli: ['sdk', 'configuration', 'service'],
};

module.exports = {
  forbidden: [
    ...Object.entries(mayUse).map(([room, allowed]) => ({
      name: `${room}-arrows`,
      comment: `packages/${room} may import only ${['itself', 'proto', ...allowed].join(', ')}.`,
      severity: 'error',
      from: { path: `^packages/${room}/` },
      to: { path: '^packages/', pathNot: `^packages/(${[room, ...allowed].join('|')})/` },
    })),
    {
      name: 'through-index',
      comment: "A package's inside is its own: import it by its name, through src/index.ts.",
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/([^/]+)/', pathNot: ['^packages/$1/', '^packages/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'no-circles',
      comment: 'Files that import each other in a circle cannot be understood one by one.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(gen|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
