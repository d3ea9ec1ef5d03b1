/**
 * The structure of a machine as plain data, from what it was made of: states, transitions, guards, actions, delays and
 * ports, by name and in their order. Its context, inputs and outputs are left out, and any key that is not named here.
 */
export function describeDefinition(config: unknown): object {
  const { initial, states, on, after, always, invoke, entry, exit, tags, onDone, ...rest } = asRecord(config);
  return {
    ...texts(rest, ['id', 'type', 'history', 'description']),
    ...(tags !== undefined && { tags: listOf(tags).map(String) }),
    ...(typeof initial === 'string' && { initial }),
    ...(invoke !== undefined && { invoke: listOf(invoke).map(describeInvoke) }),
    ...(entry !== undefined && { entry: listOf(entry).map(describeNamed) }),
    ...(exit !== undefined && { exit: listOf(exit).map(describeNamed) }),
    ...(on !== undefined && { on: mapEach(on, describeTransitions) }),
    ...(after !== undefined && { after: mapEach(after, describeTransitions) }),
    ...(always !== undefined && { always: describeTransitions(always) }),
    ...(onDone !== undefined && { onDone: describeTransitions(onDone) }),
    ...(states !== undefined && { states: mapEach(states, describeDefinition) }),
  };
}

function describeInvoke(invoke: unknown): object {
  const { onDone, onError, ...rest } = asRecord(invoke);
  return {
    ...texts(rest, ['id', 'src']),
    ...(onDone !== undefined && { onDone: describeTransitions(onDone) }),
    ...(onError !== undefined && { onError: describeTransitions(onError) }),
  };
}

const describeTransitions = (transitions: unknown) => listOf(transitions).map(describeTransition);

function describeTransition(transition: unknown): object {
  if (typeof transition === 'string') return { target: transition };
  const { guard, actions, reenter, ...rest } = asRecord(transition);
  return {
    ...texts(rest, ['target', 'description']),
    ...(guard !== undefined && { guard: describeNamed(guard) }),
    ...(actions !== undefined && { actions: listOf(actions).map(describeNamed) }),
    ...(reenter === true && { reenter }),
  };
}

/** A guard or an action: its name, with the parameters that the chart fixes. A function is what it is called. */
function describeNamed(part: unknown): { readonly type: string; readonly params?: unknown } {
  if (typeof part === 'string') return { type: part };
  if (typeof part === 'function') {
    const { type, name } = part as { readonly type?: unknown; readonly name: string };
    return { type: typeof type === 'string' ? type : name };
  }
  const { type, params } = asRecord(part);
  return { type: String(type), ...(typeof params === 'object' && params !== null && { params }) };
}

function texts(from: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = from[key];
      return typeof value === 'string' ? [[key, value]] : [];
    }),
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const mapEach = (of: unknown, describe: (part: unknown) => unknown) =>
  Object.fromEntries(Object.entries(asRecord(of)).map(([key, part]) => [key, describe(part)]));

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
