import type { FlightRecorder, TraceSink } from '../actors/flight-recorder.ts';

/** The sinks that the handle's trace goes to. */
export interface TraceSinks {
  /** Gives a sink the trace from now on, until the returned call, or until all are ended. */
  readonly attach: (sink: TraceSink) => () => void;
  /** Ends the trace of every sink in order. */
  readonly endAll: () => void;
}

export function createTraceSinks(recorder: FlightRecorder): TraceSinks {
  const attached = new Set<() => void>();
  return {
    attach: (sink) => {
      const end = recorder.attach(sink);
      const detach = () => {
        attached.delete(detach);
        end();
      };
      attached.add(detach);
      return detach;
    },
    endAll: () => {
      for (const detach of attached) detach();
    },
  };
}
