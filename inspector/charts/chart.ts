/** The three charts that the page shows. */
export type ChartName = 'supervisor' | 'acquisition' | 'request';

/** A state chart as plain data: what is in the machine, for drawing and for finding one's place in it. */
export interface Chart {
  readonly name: ChartName;
  /** In the order of the machine, parents before their children. The machine itself is not one of them. */
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
  /** What is drawn of the transitions: those between the same two states, joined. */
  readonly arrows: readonly ChartArrow[];
}

export interface ChartState {
  /** Path from the root, by dots: `starting.probing.decoding`. */
  readonly id: string;
  /** Last part of the path. */
  readonly key: string;
  /** Null for a state of the machine itself. */
  readonly parent: string | null;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  /** Whether its parent begins in it. */
  readonly isInitial: boolean;
  /** One sentence for people; empty where the machine has none. */
  readonly description: string;
  /** Names of the actors that run while it is active, as the machine invokes them. */
  readonly ports: readonly string[];
}

/** One transition of the machine; those that lead nowhere are here too, as they have guards. */
export interface ChartTransition {
  readonly id: string;
  /** State that it leaves; empty for the machine itself. */
  readonly from: string;
  /** State that it enters; null where it stays. */
  readonly to: string | null;
  /** Type of the event that takes it; empty for one that needs none. */
  readonly event: string;
  readonly kind: 'event' | 'always' | 'delay' | 'error';
  /** Name of its guard. */
  readonly guard: string | null;
  /** Its cause in words: the guard's, the delay's, or the event's name. */
  readonly label: string;
  /** The arrow that stands for it; null where none is drawn. */
  readonly arrow: string | null;
}

/** An arrow between two states of one parent: lifted from where its transitions really begin and end. */
export interface ChartArrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A chart with its layout, in px. Coordinates are of the whole picture, from its upper left corner. */
export interface ChartDrawing extends Chart {
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<string, Box>>;
  readonly routes: Readonly<Record<string, Route>>;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Route {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Where the text stands; null where there is none. */
  readonly label: (Box & { readonly lines: readonly string[] }) | null;
}
