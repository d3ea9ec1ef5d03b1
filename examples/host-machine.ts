import { assign, createActor, fromPromise, setup, toPromise } from 'xstate';
import { createSupervisorLogic, embeddedModel } from '../index.ts';

const llama = createSupervisorLogic({ model: embeddedModel() });

const hostMachine = setup({
  types: { context: {} as { answer: string }, output: {} as string },
  actors: {
    llama,
    start: fromPromise(({ system }) => llama.connect(system.get('llama')).start()),
    ask: fromPromise<string, string>(async ({ system, input }) => {
      const { result } = llama
        .connect(system.get('llama'))
        .submit({ messages: [{ role: 'user', content: input }] });
      return (await result).text;
    }),
    stop: fromPromise(({ system }) => llama.connect(system.get('llama')).stop()),
  },
}).createMachine({
  context: { answer: '' },
  invoke: { id: 'llama', systemId: 'llama', src: 'llama' },
  initial: 'starting',
  states: {
    starting: { invoke: { src: 'start', onDone: 'asking', onError: 'stopping' } },
    asking: {
      invoke: {
        src: 'ask',
        input: 'What is the gate?',
        onDone: { target: 'stopping', actions: assign({ answer: ({ event }) => event.output }) },
      },
    },
    stopping: { invoke: { src: 'stop', onDone: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }) => context.answer,
});

const host = createActor(hostMachine);
host.subscribe(({ value }) => console.log(value));
console.log(await toPromise(host.start()));
