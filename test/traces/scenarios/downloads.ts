import type { FetchFault } from '../../../testing/index.ts';
import { REMOTE_URL, type RemoteStage, stageRemote } from '../../doubles/remote-stage.ts';
import type { Scenario } from './stage.ts';

type RemoteOptions = Parameters<typeof stageRemote>[0];

/** A start of a model with a URL, and so much time. */
const downloading =
  (prepare: (stage: RemoteStage) => void, options: RemoteOptions = {}, passMs = 0): Scenario =>
  async () => {
    const { limits, ...rest } = options;
    const stage = stageRemote({ ...rest, limits: { observeEveryMs: 1000, ...limits } });
    prepare(stage);
    stage.supervisor.start().catch(() => undefined);
    for (let round = 0; round < 40; round += 1) await stage.clock.advance(0);
    await stage.clock.advance(passMs);
    stage.end();
    return stage.supervisor.trace();
  };

const failingSource = (passMs: number, ...faults: readonly FetchFault[]): Scenario =>
  downloading(({ source }) => source.fail(REMOTE_URL, ...faults), {}, passMs);

/** Ways of a download, and how they end. */
export const DOWNLOADS = {
  'download-whole': downloading(() => undefined),
  'download-from-store': downloading(({ memory, model, bytes }) => memory.put(model, bytes, true)),
  'download-store-unproved': downloading(({ memory, model, bytes }) => memory.put(model, bytes)),
  'download-resumed': downloading(({ memory, model, bytes }) =>
    memory.leavePartial(model, bytes.slice(0, 90_000), '"1"'),
  ),
  'download-cut': failingSource(2000, { reason: 'transfer_cut', afterBytes: 60_000 }),
  'download-busy-for-ever': failingSource(60_000, ...Array<FetchFault>(9).fill({ reason: 'source_busy' })),
  'download-not-found': failingSource(0, { reason: 'source_status_refused' }),
  'download-certificate': failingSource(0, { reason: 'source_certificate_refused' }),
  'download-digest-mismatch': downloading(({ source, bytes }) =>
    source.serve(REMOTE_URL, bytes.slice().fill(0, 199_000)),
  ),
  'download-not-allowed': downloading(() => undefined, { sources: { allow: ['other.example'] } }),
  'download-too-large': downloading(() => undefined, { fit: 'refuse', limits: { processBytesHard: 1000 } }),
  'download-disk-full': downloading(({ memory }) => memory.fail('append', 'store_full')),
  'download-stalled': downloading(
    ({ source }) => source.hold(),
    { limits: { firstByteMsMax: 2000, fetchFailuresMax: 1 } },
    2000,
  ),
  'download-stopped': async () => {
    const stage = stageRemote({ limits: { observeEveryMs: 1000 } });
    stage.source.hold();
    stage.supervisor.start().catch(() => undefined);
    for (let step = 0; step < 4; step += 1) {
      stage.source.step();
      await stage.clock.advance(0);
    }
    const stopped = stage.supervisor.stop();
    await stage.clock.advance(0);
    await stopped;
    stage.end();
    return stage.supervisor.trace();
  },
} satisfies Record<string, Scenario>;
