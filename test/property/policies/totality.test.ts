import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as admission from '../../../policies/admission.ts';
import { backoffDelayMs, nextJitter } from '../../../policies/backoff.ts';
import { faultClass } from '../../../policies/faults.ts';
import { evaluateRuntimeRequest } from '../../../policies/gate.ts';
import {
  createIntegrityAccumulator,
  validateIntegritySpec,
  verifyModelBytes,
} from '../../../policies/integrity.ts';
import { canServeInference, transitionLifecycle } from '../../../policies/lifecycle.ts';
import { evaluateModelFit } from '../../../policies/model-fit.ts';
import { recordPressure } from '../../../policies/pressure.ts';
import { RUNTIME_MANAGER_REASONS } from '../../../policies/reasons.ts';
import { evaluateRequestFacts, readRequest } from '../../../policies/request.ts';
import { createResourceLimits, evaluateResourceLimits } from '../../../policies/resources.ts';
import { evaluateRestart, recordRestart } from '../../../policies/restart.ts';
import { validateRedirectUrl, validateSourceUrl } from '../../../policies/source.ts';
import { evaluateStoreRecord } from '../../../policies/store-record.ts';
import type { Verdict } from '../../../policies/verdict.ts';
import { anyJunk, hostile, inheriting, JUNK, throwingGetters } from '../../doubles/junk.ts';
import {
  admissionState,
  calmObservation,
  LIMITS,
  openFacts,
  requestFacts,
  resourceLimits,
} from '../../doubles/policy-facts.ts';

interface Judgement {
  readonly name: string;
  readonly judge: (...slots: readonly unknown[]) => Verdict;
  /** Valid values, one a slot: with all of them the judgement allows. */
  readonly good: readonly unknown[];
}

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ZERO_SHA256 = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d';
const zeroSpec = { sha256: ZERO_SHA256, sizeBytes: 1 };
const url = 'https://models.example.org/m.gguf';

const identity = { dev: '1', ino: '2', mtimeNs: '3', ctimeNs: '4' };

const judgement = (name: string, judge: Judgement['judge'], good: readonly unknown[]): Judgement => ({
  name,
  judge,
  good,
});

const JUDGEMENTS: readonly Judgement[] = [
  judgement('validateIntegritySpec', validateIntegritySpec, [{ sha256: EMPTY_SHA256, sizeBytes: 1 }]),
  judgement('verifyModelBytes', verifyModelBytes, [zeroSpec, new Uint8Array(1)]),
  judgement('update', (spec, chunk) => createIntegrityAccumulator(spec).update(chunk), [
    zeroSpec,
    new Uint8Array(1),
  ]),
  judgement('validateSourceUrl', (source, allowlist) => validateSourceUrl(source, allowlist), [
    url,
    ['models.example.org'],
  ]),
  judgement('validateRedirectUrl', (hop, allowlist) => validateRedirectUrl(hop, allowlist), [
    url,
    ['.example.org'],
  ]),
  judgement('evaluateModelFit', evaluateModelFit, [
    { tensorBytes: 1, kvBytesPerToken: 1, contextTokens: 1 },
    { contextTokens: 1, sequences: 1 },
    { memoryBytes: 1000, vramBytes: null },
    LIMITS,
  ]),
  judgement('evaluateStoreRecord', evaluateStoreRecord, [
    { version: 1, ...zeroSpec, ...identity, verifiedAtMs: 1 },
    zeroSpec,
    { ...identity, sizeBytes: '1' },
  ]),
  judgement('transitionLifecycle', (state, next) => transitionLifecycle(state, next).verdict, [
    { phase: 'ready' },
    'draining',
  ]),
  judgement('evaluateAdmission', admission.evaluateAdmission, [admissionState()]),
  judgement('evaluateResourceLimits', evaluateResourceLimits, [resourceLimits(), calmObservation()]),
  judgement('evaluateRuntimeRequest', evaluateRuntimeRequest, [openFacts()]),
  judgement('evaluateRestart', evaluateRestart, [[1], 2, LIMITS]),
  judgement('evaluateRequestFacts', evaluateRequestFacts, [requestFacts(), LIMITS]),
];

const slots = JUDGEMENTS.flatMap((one) => one.good.map((_value, index) => [one.name, index, one] as const));

/** What is junk everywhere else and sound here: no restart yet, and a clock that began in the future. */
const SOUND = ['evaluateRestart 0 an empty array', 'evaluateRestart 1 -1'];

const isVerdict = (value: Verdict): boolean =>
  Reflect.ownKeys(value).join() === 'ok,reason' &&
  typeof value.ok === 'boolean' &&
  RUNTIME_MANAGER_REASONS.includes(value.reason);

const withSlot = (good: readonly unknown[], slot: number, value: unknown): unknown[] =>
  good.map((kept, index) => (index === slot ? value : kept));

describe('junk in every slot', () => {
  test.each(JUDGEMENTS)('[VD3] $name allows what is valid in all of its slots', ({ judge, good }) => {
    expect(judge(...good).ok).toBe(true);
  });

  test.each(slots)('[VD3] %s refuses each hostile value in slot %i', (name, slot, { judge, good }) => {
    const allowed = JUNK.filter(({ make }) => judge(...withSlot(good, slot, make())).ok);
    const named = allowed.map((junk) => `${name} ${slot} ${junk.name}`);
    expect(named.filter((what) => !SOUND.includes(what))).toEqual([]);
  });

  test.each(slots)(
    '[VD1] %s answers anything in slot %i with a verdict of the closed list',
    (_name, slot, { judge, good }) => {
      fc.assert(
        fc.property(anyJunk, ({ make }) => isVerdict(judge(...withSlot(good, slot, make())))),
        { numRuns: 200 },
      );
    },
  );

  test.each(JUDGEMENTS)('[VD1] $name answers junk in all slots at once with a refusal', ({ judge, good }) => {
    const junk = fc.array(hostile, { minLength: good.length, maxLength: good.length });
    fc.assert(
      fc.property(junk, (values) => {
        const verdict = judge(...values.map(({ make }) => make()));
        return isVerdict(verdict) && !verdict.ok;
      }),
      { numRuns: 300 },
    );
  });

  test.each(slots.filter(([, slot, { good }]) => typeof good[slot] === 'object'))(
    '[VD3] %s refuses slot %i made of getters that throw, and of inherited fields',
    (_name, slot, { judge, good }) => {
      const shape = good[slot] as object;
      const throwing = judge(...withSlot(good, slot, throwingGetters(shape)));
      const inherited = judge(...withSlot(good, slot, inheriting(shape)));
      expect([isVerdict(throwing), throwing.ok, isVerdict(inherited), inherited.ok]).toEqual([
        true,
        false,
        true,
        false,
      ]);
    },
  );
});

describe('junk in every field', () => {
  const facts = openFacts();
  const nested = Object.entries(facts).flatMap(([part, value]) =>
    value !== null && typeof value === 'object'
      ? Object.keys(value).map((field) => [part, field] as const)
      : [],
  );

  test.each(nested)('[VD3] the gate refuses each hostile value as %s.%s', (part, field) => {
    const inner = facts[part as keyof typeof facts] as unknown as Record<string, unknown>;
    const mayBeNull = field === 'vramTotalBytes' || field === 'vramUsedBytes';
    const allowed = JUNK.filter(({ make }) => {
      const value = make();
      if (mayBeNull && value === null) return false;
      return evaluateRuntimeRequest({ ...facts, [part]: { ...inner, [field]: value } }).ok;
    });
    expect(allowed.map(({ name }) => name)).toEqual([]);
  });

  test('[VD3] a request with a hostile option is never valid', () => {
    const options = [
      'prompt',
      'messages',
      'maxTokens',
      'temperature',
      'topP',
      'topK',
      'minP',
      'seed',
      'stop',
      'deadlineMs',
    ];
    const harmless = new Set([
      'undefined',
      'prompt: a numeric string',
      'prompt: __proto__',
      'stop: a numeric string',
      'stop: __proto__',
    ]);
    const valid = options.flatMap((option) =>
      JUNK.filter(({ name, make }) => {
        const request = { ...(option === 'messages' ? {} : { prompt: 'Hello' }), [option]: make() };
        return (
          evaluateRequestFacts(readRequest(request).facts, LIMITS).ok &&
          !harmless.has(name) &&
          !harmless.has(`${option}: ${name}`)
        );
      }).map(({ name }) => `${option}: ${name}`),
    );
    expect(valid).toEqual([]);
  });
});

describe('what is no judgement', () => {
  test('[VD1] successors and readers stand any junk', () => {
    fc.assert(
      fc.property(anyJunk, anyJunk, anyJunk, (...boxes) => {
        const [a, b, c] = boxes.map(({ make }) => make());
        const records = [
          admission.recordInFlight,
          admission.recordCompletion,
          admission.recordQueued,
          admission.recordDequeued,
        ];
        for (const record of records) record(a as never);
        admission.createAdmissionState(a);
        createResourceLimits(a);
        canServeInference(a);
        transitionLifecycle(a, b);
        nextJitter(a as never);
        readRequest(a);
        recordRestart(a as never, b as never, c as never);
        createIntegrityAccumulator(a).finalize();
        return (
          ['permanent', 'transient'].includes(faultClass(a)) && Number.isInteger(backoffDelayMs(a, b, c))
        );
      }),
      { numRuns: 500 },
    );
  });

  test('[VD3] pressure is critical for junk in place of limits or observation', () => {
    fc.assert(
      fc.property(anyJunk, hostile, (anyLevel, { make }) => {
        const [level, junk] = [anyLevel.make(), make()];
        const noLimits = recordPressure(level, junk, calmObservation());
        const noObservation = recordPressure(level, resourceLimits(), junk);
        return noLimits === 'critical' && noObservation === 'critical';
      }),
      { numRuns: 300 },
    );
  });

  test('[VD3] junk limits make a closed admission state', () => {
    const open = JUNK.filter(
      ({ make }) => admission.evaluateAdmission(admission.createAdmissionState(make())).ok,
    );
    expect(open).toEqual([]);
  });
});
