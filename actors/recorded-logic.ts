import type { SupervisorInput } from '../machines/context.ts';
import type { SupervisorEvent } from '../machines/events.ts';
import type { IntendedAction, SupervisorSnapshot } from '../machines/pure-stepper.ts';
import type { supervisorMachine } from '../machines/supervisor.ts';
import { readInternalEvent, readTraceEvent } from '../machines/trace-event.ts';
import type { FlightRecorder } from './flight-recorder.ts';

type Logic = typeof supervisorMachine;

/**
 * The machine with its input fixed and every step recorded, whoever runs it: a root actor, or an actor that a host
 * invokes inside a machine of its own.
 *
 * The machine takes the events of its closed schema and nothing else, so that what it saw is what a trace can hold.
 */
export function createRecordedLogic(machine: Logic, input: SupervisorInput, recorder: FlightRecorder): Logic {
  const getInitialSnapshot: Logic['getInitialSnapshot'] = (scope) => {
    const snapshot = machine.getInitialSnapshot(scope, input);
    recorder.begin(snapshot as SupervisorSnapshot);
    return snapshot;
  };

  const transition: Logic['transition'] = (snapshot, event, scope) => {
    const internal = readInternalEvent(event);
    const taken = internal === null ? (readTraceEvent(event) ?? UNKNOWN_EVENT) : event;
    const actions: IntendedAction[] = [];
    const carryOut = scope.actionExecutor;
    scope.actionExecutor = (action) => {
      actions.push(action as IntendedAction);
      carryOut(action);
    };
    try {
      const after = machine.transition(snapshot, taken, scope);
      recorder.record(
        internal ?? taken,
        snapshot as SupervisorSnapshot,
        after as SupervisorSnapshot,
        actions,
      );
      return after;
    } finally {
      scope.actionExecutor = carryOut;
    }
  };

  return Object.assign(Object.create(machine) as Logic, { getInitialSnapshot, transition });
}

const UNKNOWN_EVENT = { type: 'unknown' } as unknown as SupervisorEvent;
