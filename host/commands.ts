import { type DrainReport, EMPTY_DRAIN } from '../machines/context.ts';
import { explainReason } from './reason-guide.ts';
import type { SupervisorSnapshot } from './status.ts';
import { SupervisorError } from './supervisor-error.ts';

/** The part of the supervisor's actor that a host's handle needs: a root actor and an invoked child both fit. */
export interface SupervisorActor {
  getSnapshot(): SupervisorSnapshot;
  send(event: import('../machines/events.ts').SupervisorEvent): void;
  subscribe(observer: {
    next: (snapshot: SupervisorSnapshot) => void;
    error: (error: unknown) => void;
    complete: () => void;
  }): { unsubscribe(): void };
}

/**
 * The commands as promises. Each sends its event and then watches the chart; since every state of the chart that
 * waits has a deadline, each of them settles.
 */
export function createCommands(actor: SupervisorActor, nowMs: () => number) {
  /** Settles with the first snapshot that `read` makes something of, seen after the actor has come to rest. */
  const until = <T>(read: (snapshot: SupervisorSnapshot) => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      let subscription: { unsubscribe(): void } | undefined;
      let settled = false;
      // Called from within an observer of the actor, the command may still be in its mailbox, and what is being told
      // is from before it.
      let resting = false;
      const settle = (conclude: () => void) => {
        settled = true;
        subscription?.unsubscribe();
        conclude();
      };
      const look = (snapshot: SupervisorSnapshot) => {
        if (settled || !resting) return;
        try {
          const value = read(snapshot);
          if (value !== undefined) settle(() => resolve(value));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const closed = () => {
        if (!settled) settle(() => reject(closedError()));
      };
      subscription = actor.subscribe({ next: look, error: closed, complete: closed });
      if (settled) subscription.unsubscribe();
      queueMicrotask(() => {
        resting = true;
        const snapshot = actor.getSnapshot();
        if (snapshot.status === 'active') look(snapshot);
        else closed();
      });
    });

  const isStopped = ({ context }: SupervisorSnapshot) => context.lifecycle.phase === 'stopped';

  return {
    start: (): Promise<void> => {
      actor.send({ type: 'supervisor.start', atMs: nowMs() });
      return until(({ context }) => {
        switch (context.lifecycle.phase) {
          case 'ready':
            return true;
          case 'stopped':
            throw startError(context.fault);
          case 'starting':
          case 'draining':
            return undefined;
        }
      }).then(() => undefined);
    },

    drain: (deadlineMs: number | null): Promise<DrainReport> => {
      const { generation } = actor.getSnapshot().context;
      actor.send({ type: 'supervisor.drain', deadlineMs, atMs: nowMs() });
      let report = EMPTY_DRAIN;
      return until((snapshot) => {
        // A start that waited for this drain begins in the same step that ends it, with a clean report.
        if (snapshot.context.generation > generation) return report;
        report = snapshot.context.drain;
        return isStopped(snapshot) ? report : undefined;
      });
    },

    stop: (): Promise<void> => {
      const { generation } = actor.getSnapshot().context;
      actor.send({ type: 'supervisor.stop', atMs: nowMs() });
      return until((snapshot) =>
        isStopped(snapshot) || snapshot.context.generation > generation ? true : undefined,
      ).then(() => undefined);
    },
  };
}

function startError(fault: SupervisorSnapshot['context']['fault']): SupervisorError {
  const reason = fault ?? 'start_superseded';
  return new SupervisorError(
    'start_failed',
    reason,
    `The supervisor did not start: ${explainReason(reason)}`,
  );
}

export function closedError(): SupervisorError {
  return new SupervisorError(
    'supervisor_closed',
    'lifecycle_stopped',
    'The supervisor is closed: make a new one.',
  );
}
