import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SHIPPED = [
  'policies',
  'machines',
  'services',
  'actors',
  'host',
  'inspector',
  'cli',
  'models',
  'testing',
];
const ROOMS = [...SHIPPED, 'bench', 'scripts', 'examples', 'test'];

const sources = (room: string): string[] =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(room, path));

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the house', () => {
  test('[HO1] no shipped file is longer than 300 lines', () => {
    const long = [...SHIPPED.flatMap(sources), 'index.ts', 'supervisor.ts'].filter(
      (path) => read(path).split('\n').length > 301,
    );
    expect(long).toEqual([]);
  });

  test('[HO2] files have names of small letters and hyphens', () => {
    const odd = ROOMS.flatMap(sources).filter(
      (path) => !/^[a-z0-9]+([-.][a-z0-9]+)*\.tsx?$/.test(basename(path)),
    );
    expect(odd).toEqual([]);
  });

  test('[HO3] no file is a drawer: none is named after what could hold anything', () => {
    const drawers = /(^|[-.])(manager|helpers?|utils?|common|misc|data|info)([-.]|$)/;
    expect(ROOMS.flatMap(sources).filter((path) => drawers.test(basename(path, '.ts')))).toEqual([]);
  });

  test('[HO4] actors know services by their types alone', () => {
    const values = sources('actors').flatMap((path) =>
      read(path)
        .split(/;\n/)
        .filter((statement) => /^\s*import (?!type )[^;]*'\.\.\/services\//s.test(statement))
        .filter((statement) => !/import \{(\s*type [\w$]+,?)+\s*\}/s.test(statement))
        .map(() => path),
    );
    expect(values).toEqual([]);
  });

  test('[HO5] nothing in the repository names a path of a machine or a registry host', () => {
    const texts = [
      ...ROOMS.flatMap(sources),
      'README.md',
      'SPEC.md',
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'package-lock.json',
    ];
    const home = /\/(home|root|Users)\/\w+\/|registry\.npmjs/;
    expect(texts.filter((path) => path !== 'test/unit/house.test.ts' && home.test(read(path)))).toEqual([]);
  });

  test('[HO6] nothing is left unfinished or switched off', () => {
    const soft = new RegExp(
      [
        'TO' + 'DO',
        'FIX' + 'ME',
        '@ts-' + 'ignore',
        'as an' + 'y\\b(?! others?\\b)',
        'not imple' + 'mented',
      ].join('|'),
    );
    expect(ROOMS.flatMap(sources).filter((path) => soft.test(read(path)))).toEqual([]);
  });

  test('[HO7] the lock file names every binary that the runtime may bring, for all platforms', () => {
    const manifest = JSON.parse(read('node_modules/node-llama-cpp/package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> };
    const missing = Object.entries(manifest.optionalDependencies).filter(
      ([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version,
    );
    expect(missing).toEqual([]);
  });
});
