/** Who may import whom. One rule for each row of the table in ARCHITECTURE.md; anything not allowed is an error. */
const rooms = '^(policies|machines|services|actors|host|cli|models|inspector|test|bench|scripts|examples)/';
const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

/** What every part of the inspector may know: its own room, the shape of a trace, and the tables behind it. */
const INSPECTED = [
  '^inspector/',
  '^machines/(trace-[a-z]+|chart-parts|context|events|acquisition-context|acquisition-events|request|faults)\\.ts$',
  '^policies/',
];

module.exports = {
  forbidden: [
    only(
      'policies-are-the-ground-floor',
      'Policies judge facts. They import each other, and node:crypto in integrity.ts alone.',
      '^policies/(?!integrity\\.ts)',
      ['^policies/'],
    ),
    only(
      'integrity-alone-hashes',
      'SHA-256 is the one thing a policy may take from Node.',
      '^policies/integrity\\.ts',
      ['^policies/', '^(node:)?crypto$'],
    ),
    only(
      'machines-remember',
      'Machines wrap policies in states. They know neither services nor the outside world.',
      '^machines/',
      ['^machines/', '^policies/', '^node_modules/xstate/'],
    ),
    only(
      'services-touch',
      'Services do I/O. They know nothing of machines, actors or streams.',
      '^services/',
      [
        '^services/',
        '^policies/',
        '^node:|^(async_hooks|child_process|crypto|dns|fs|http|https|net|os|path|perf_hooks|stream|timers|tls|url|util|worker_threads|fs/promises|timers/promises)$',
        '^node_modules/(node-llama-cpp|systeminformation)/',
      ],
    ),
    {
      name: 'one-door-to-the-native-runtime',
      comment: 'Only llama-library.ts imports node-llama-cpp: the native runtime has one home.',
      severity: 'error',
      from: { pathNot: '^(services/llama-library\\.ts|test/|bench/)' },
      to: { path: '^node_modules/node-llama-cpp/' },
    },
    {
      name: 'one-door-to-systeminformation',
      comment: 'Only resource-probe.ts imports systeminformation.',
      severity: 'error',
      from: { pathNot: '^(services/resource-probe\\.ts|test/|bench/)' },
      to: { path: '^node_modules/systeminformation/' },
    },
    only(
      'actors-wire',
      'Actors join services to machines. They do no I/O of their own, and are the only home of RxJS inside.',
      '^actors/',
      ['^actors/', '^machines/', '^policies/', '^services/', '^node_modules/(xstate|rxjs)/'],
    ),
    only(
      'host-is-the-handle',
      'What a host holds in its hands: options, errors, admissions, streams. Of the inspector its types alone (a test holds that).',
      '^host/',
      [
        '^host/',
        '^actors/',
        '^machines/',
        '^policies/',
        '^services/',
        '^inspector/index\\.ts$',
        '^(node:)?path$',
        '^node_modules/(xstate|rxjs|zod)/',
      ],
    ),
    only(
      'the-inspector-only-reads',
      'What it shows it takes from traces. It knows no service, no actor, and no way to command.',
      '^inspector/(?!(server|page|stately|charts)/|page-policy\\.ts)',
      INSPECTED,
    ),
    only(
      'the-inspector-server-stands-on-node',
      'The server and the policy of its page are the parts that touch the world.',
      '^inspector/(server/|page-policy\\.ts)',
      [...INSPECTED, '^node:|^(crypto|fs|fs/promises|http|net|path|stream|url)$'],
    ),
    only(
      'the-inspector-page-is-for-a-browser',
      'Built into one file; what it imports is not a dependency of what ships.',
      '^inspector/page/',
      [...INSPECTED, '^node_modules/(preact|@preact/signals|@preact/signals-core|uplot)/', '^virtual:'],
    ),
    only(
      'the-inspector-knows-xstate-by-its-types',
      'A machine or an actor is handed in by whoever has it.',
      '^inspector/(stately|charts)/',
      [...INSPECTED, '^node_modules/(xstate|elkjs)/', '^(node:)?crypto$'],
    ),
    {
      name: 'the-inspector-serves-itself',
      comment: 'The model is for the page and for nobody below it; the page is for nobody at all.',
      severity: 'error',
      from: { path: '^inspector/(model|charts|server|stately)/' },
      to: { path: '^inspector/page/' },
    },
    only('cli-uses-the-public-door', 'The commands are a host like any other.', '^cli/', [
      '^cli/',
      '^(inspector/)?index\\.ts$',
      '^(node:)?(child_process|fs|fs/promises|path|process|readline)$',
      '^node_modules/(cli-progress|commander|picocolors|log-update|rxjs)/',
    ]),
    only(
      'testing-is-for-hosts',
      'What a test of a host needs: doubles of the ports, and traces as evidence.',
      '^testing/',
      [
        '^testing/',
        '^machines/',
        '^policies/',
        '^services/',
        '^(node:)?crypto$',
        '^node_modules/@jest/globals/',
      ],
    ),
    only(
      'models-stand-alone',
      'The embedded model and its compiler need nothing of the supervisor.',
      '^models/',
      ['^models/', '^(node:)?(crypto|fs|fs/promises|path|process|url|util)$'],
    ),
    {
      name: 'nobody-imports-the-composition-root',
      comment: 'supervisor.ts and index.ts join the rooms; a room that imported them would close a circle.',
      severity: 'error',
      from: { path: rooms, pathNot: '^(cli|test|bench|scripts|examples)/' },
      to: { path: '^(index|supervisor)\\.ts$' },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'What is shipped does not lean on what tests it.',
      severity: 'error',
      from: { pathNot: '^(test|bench|scripts)/' },
      to: { path: '^(test|bench|scripts|examples)/' },
    },
    {
      name: 'no-circles',
      comment: 'A circle has no ground floor.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'What ships imports only what package.json declares as a dependency.',
      severity: 'error',
      from: {
        path: '^(policies|machines|services|actors|host|cli|inspector/(server|stately|index\\.ts)|index\\.ts|supervisor\\.ts|models/embedded\\.ts)',
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: 'specify',
    doNotFollow: { path: 'node_modules' },
    // Files of JSX cannot be read here: a test holds what the page imports.
    exclude: { path: '^(dist|coverage|node_modules/.*/node_modules)|\\.tsx$' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
