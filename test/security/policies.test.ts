import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createAdmissionState, evaluateAdmission } from '../../policies/admission.ts';
import { backoffDelayMs } from '../../policies/backoff.ts';
import { faultClass } from '../../policies/faults.ts';
import { evaluateRuntimeRequest } from '../../policies/gate.ts';
import { validateIntegritySpec, verifyModelBytes } from '../../policies/integrity.ts';
import { canServeInference, transitionLifecycle } from '../../policies/lifecycle.ts';
import { RUNTIME_MANAGER_REASONS } from '../../policies/reasons.ts';
import { evaluateRequestFacts, readRequestFacts } from '../../policies/request.ts';
import { createResourceLimits, evaluateResourceLimits } from '../../policies/resources.ts';
import { evaluateRestart } from '../../policies/restart.ts';
import { validateSourceUrl } from '../../policies/source.ts';
import { allow, deny, failClosed, type Verdict } from '../../policies/verdict.ts';
import { revokedProxy, throwingProxy } from '../doubles/junk.ts';
import { calmObservation, LIMITS, openFacts, requestFacts, resourceLimits } from '../doubles/policy-facts.ts';

const ROOM = new URL('../../policies/', import.meta.url);
const files = readdirSync(ROOM).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
const sourceOf = (name: string): string => readFileSync(new URL(name, ROOM), 'utf8');
/** The text without its comments, where words such as "async" may stand. */
const codeOf = (name: string): string =>
  sourceOf(name)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');

describe('a polluted prototype', () => {
  const polluted: string[] = [];
  const pollute = (fields: object): void => {
    for (const [key, value] of Object.entries(fields)) {
      polluted.push(key);
      Object.defineProperty(Object.prototype, key, { value, configurable: true, writable: true });
    }
  };
  afterEach(() => {
    for (const key of polluted.splice(0)) Reflect.deleteProperty(Object.prototype, key);
  });

  const cases: readonly (readonly [string, object, () => Verdict])[] = [
    ['the spec', { sha256: 'a'.repeat(64), sizeBytes: 1 }, () => validateIntegritySpec({})],
    ['the gate', openFacts(), () => evaluateRuntimeRequest({})],
    [
      'the lifecycle',
      { phase: 'ready' },
      () => evaluateRuntimeRequest(openFacts({ lifecycle: {} as never })),
    ],
    ['admission', { maxInFlight: 9, queueBound: 9, inFlight: 0, queued: 0 }, () => evaluateAdmission({})],
    [
      'new admission limits',
      { maxInFlight: 9, queueBound: 9 },
      () => evaluateAdmission(createAdmissionState({})),
    ],
    ['an observation', calmObservation(), () => evaluateResourceLimits(resourceLimits(), {})],
    ['resource limits', resourceLimits(), () => evaluateResourceLimits({}, calmObservation())],
    ['a request', { prompt: 'Hello' }, () => evaluateRequestFacts(readRequestFacts({}), LIMITS)],
    ['the facts of a request', requestFacts(), () => evaluateRequestFacts({}, LIMITS)],
    ['restart limits', { restartsMax: 9, restartPeriodMs: 9 }, () => evaluateRestart([], 0, {})],
    ['an allowlist entry', { host: 'example.org' }, () => validateSourceUrl('https://example.org/a', [{}])],
  ];

  test.each(cases)('[VD4] does not fill in %s', (_what, fields, judge) => {
    const before = judge();
    pollute(fields);
    const after = judge();
    expect(before.ok).toBe(false);
    expect(after).toEqual(before);
  });

  test('[VD4] does not narrow or widen the defaults of limits', () => {
    pollute({ memoryUsedRatioHard: 0, backoffMsMax: 1, internal: 'transient' });
    expect(createResourceLimits({})?.memoryUsedRatioHard).toBe(LIMITS.memoryUsedRatioHard);
    expect(backoffDelayMs(1, {}, 0)).toBe(LIMITS.backoffMsMax);
    expect(faultClass('internal')).toBe('permanent');
  });
});

describe('a value that lies', () => {
  /** Calm when asked first, full when asked again: a judgement that looks twice could be told two stories. */
  const turning = (first: unknown, then: unknown): PropertyDescriptor => {
    let asked = 0;
    return {
      enumerable: true,
      get: () => {
        asked += 1;
        return asked === 1 ? first : then;
      },
    };
  };

  test('[VD5] an admission count is asked once', () => {
    const state = Object.defineProperty(
      { maxInFlight: 2, queueBound: 0, queued: 0 },
      'inFlight',
      turning(2, 0),
    );
    expect(evaluateAdmission(state).reason).toBe('queue_full');
  });

  test('[VD5] an observation is asked once', () => {
    const full = calmObservation({ memoryAvailableBytes: 0 }).memoryAvailableBytes;
    const { memoryAvailableBytes: calm, ...rest } = calmObservation();
    const observation = Object.defineProperty({ ...rest }, 'memoryAvailableBytes', turning(full, calm));
    expect(evaluateResourceLimits(resourceLimits(), observation).reason).toBe('memory_exceeded');
  });

  test('[VD5] a phase is asked once', () => {
    const state = Object.defineProperty({}, 'phase', turning('stopped', 'ready'));
    expect(canServeInference(state)).toBe(false);
    expect(
      transitionLifecycle(Object.defineProperty({}, 'phase', turning('stopped', 'draining')), 'stopped')
        .verdict.ok,
    ).toBe(false);
  });

  test('[VD5] an allowlist entry is asked once', () => {
    const entry = Object.defineProperty({}, 'host', turning('example.org', 'evil.com'));
    expect(validateSourceUrl('https://evil.com/a', [entry]).reason).toBe('source_host_not_allowed');
  });

  test.each([
    ['a throwing proxy', throwingProxy],
    ['a revoked proxy', () => revokedProxy()],
    ['a revoked array proxy', () => revokedProxy([])],
  ])('[VD1] %s is a refusal wherever it stands', (_what, make) => {
    const verdicts = [
      validateIntegritySpec(make()),
      verifyModelBytes({ sha256: 'a'.repeat(64), sizeBytes: 1 }, make()),
      validateSourceUrl(make(), ['example.org']),
      validateSourceUrl('https://example.org/a', make()),
      validateSourceUrl('https://example.org/a', [make()]),
      evaluateRuntimeRequest(make()),
      evaluateRuntimeRequest(openFacts({ admission: make() as never })),
      evaluateRequestFacts(readRequestFacts(make()), LIMITS),
      evaluateRequestFacts(readRequestFacts({ messages: [make()] }), LIMITS),
      evaluateRequestFacts(readRequestFacts({ prompt: 'Hello', signal: make() }), LIMITS),
      evaluateRestart(make(), 0, LIMITS),
    ];
    expect(verdicts.filter(({ ok }) => ok)).toEqual([]);
  });

  test('[VD1] a value so deep that the stack ends is a refusal', () => {
    const endless: object = new Proxy(
      {},
      { getPrototypeOf: (): object | null => Object.getPrototypeOf(endless) },
    );
    expect(readRequestFacts(endless).fault).toBe('request_malformed');
  });
});

describe('what a verdict says', () => {
  test('[VD2] allow and deny hold a flag and a code, and nothing else', () => {
    expect(Reflect.ownKeys(allow('admitted'))).toEqual(['ok', 'reason']);
    expect(Reflect.ownKeys(deny('queue_full'))).toEqual(['ok', 'reason']);
  });

  test('[VD2] a reason is a short code: no text, number, address or digest fits in it', () => {
    expect(RUNTIME_MANAGER_REASONS.filter((reason) => !/^[a-z]+(_[a-z]+)*$/.test(reason))).toEqual([]);
    expect(Math.max(...RUNTIME_MANAGER_REASONS.map((reason) => reason.length))).toBeLessThanOrEqual(40);
    expect(new Set(RUNTIME_MANAGER_REASONS).size).toBe(RUNTIME_MANAGER_REASONS.length);
  });

  test('[VD2] a refusal repeats nothing of what was judged', () => {
    const secret = 'hunter2';
    const said = [
      validateSourceUrl(`https://user:${secret}@example.org/a`, ['example.org']),
      validateIntegritySpec({ sha256: secret, sizeBytes: 1 }),
      evaluateRequestFacts(readRequestFacts({ [secret]: secret }), LIMITS),
    ];
    expect(JSON.stringify(said)).not.toContain(secret);
  });

  test('[VD6] a shared verdict is frozen: nobody can turn a refusal for others', () => {
    const verdicts: readonly Verdict[] = [
      evaluateRuntimeRequest(openFacts()),
      evaluateRuntimeRequest(null),
      evaluateAdmission(null),
      evaluateResourceLimits(null, null),
      validateIntegritySpec(null),
      validateSourceUrl('', []),
      evaluateRestart(null, 0, LIMITS),
      evaluateRequestFacts(null, null),
      evaluateRequestFacts(requestFacts({ fault: 'stop_text_invalid' }), LIMITS),
      transitionLifecycle(null, null).verdict,
    ];
    expect(verdicts.filter((verdict) => !Object.isFrozen(verdict))).toEqual([]);
  });

  test('[VD1] failClosed gives the refusal for whatever is thrown', () => {
    const refusal = deny('internal_error');
    for (const thrown of [new Error('x'), null, undefined, 'text', revokedProxy()]) {
      const judge = (): Verdict => {
        throw thrown;
      };
      expect(failClosed(judge, refusal)).toBe(refusal);
    }
  });
});

describe('the text of the room', () => {
  test.each(files)('[VD7] %s imports from this room alone, but for the hash', (name) => {
    const imports = [...codeOf(name).matchAll(/\bfrom\s+'([^']+)'/g)].map(([, from]) => from!);
    const foreign = imports.filter((from) => !/^\.\/[a-z-]+\.ts$/.test(from));
    expect(foreign).toEqual(name === 'integrity.ts' ? ['node:crypto'] : []);
    expect(codeOf(name)).not.toMatch(/\bimport\s*\(|\brequire\s*\(/);
  });

  test.each(files)(
    '[VD8] %s reads no clock, no chance and nothing ambient, and waits for nothing',
    (name) => {
      expect(codeOf(name)).not.toMatch(
        /\bDate[.(]|Math\.random|\bglobalThis\b|\bprocess\.|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\b|\basync\b|\bawait\b|\beval\(|\bconsole\./,
      );
    },
  );

  test.each(files)('[VD8] %s keeps nothing that can change', (name) => {
    expect(codeOf(name)).not.toMatch(/^(?:export\s+)?(?:let|var)\s/m);
    expect(codeOf(name)).not.toMatch(
      /^(?:export\s+)?const\s+\w+[^=\n]*=\s*new\s+(?:Map|Set|WeakMap|WeakSet|Array)\b/m,
    );
  });

  test('[IN12] digests are compared by timingSafeEqual alone, and as hashes of the digests', () => {
    const code = codeOf('integrity.ts');
    const comparisons = code.match(/timingSafeEqual\([^\n]*/g) ?? [];
    expect(comparisons).toEqual(['timingSafeEqual(hashOf(actual), hashOf(expected));']);
    expect(code).not.toMatch(
      /(?:sha256|[dD]igest\w*|hex)\)*\s*[!=]==|[!=]==\s*(?:sha256|hash\.|[dD]igest|hex)|\.equals\(|Buffer\.compare|localeCompare/,
    );
    expect(code.match(/hash\.digest\(\)/g)).toHaveLength(1);
    expect(code).toContain('equalDigests(hash.digest(), digestFromHex(sha256))');
  });
});
