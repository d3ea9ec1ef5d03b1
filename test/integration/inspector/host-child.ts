import { request } from 'node:http';
import { createSupervisor, embeddedModel } from '../../../index.ts';

/** A host in a process of its own, that leaves its inspector open: it prints one line and calls no `process.exit`. */
const supervisor = createSupervisor({ model: embeddedModel(), inspector: true });
const inspector = await supervisor.inspector;
const [viewed] = process.argv.slice(2).filter((word) => word === 'viewed');
if (inspector !== null && viewed !== undefined) {
  const { port, hostname } = new URL(inspector.url ?? '');
  // The other end of the connection is in this process too: something has to hold it until there is a viewer.
  const hold = setTimeout(() => undefined, 10_000);
  await new Promise((resolve) => {
    const headers = { authorization: `Bearer ${inspector.token}` };
    const asked = request({ hostname, port, path: '/trace', headers, agent: false }, (response) => {
      response.on('error', () => undefined).once('data', resolve);
    });
    asked.on('socket', (socket) => socket.unref()).end();
  });
  clearTimeout(hold);
}
const { state } = supervisor.getSnapshot();
process.stdout.write(JSON.stringify({ state, viewers: inspector?.viewers() }));
