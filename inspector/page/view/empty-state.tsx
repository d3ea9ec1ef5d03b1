import { pickFile } from '../store/files.ts';
import { useStore } from '../store/store.ts';

/** What the page says before it has a trace. */
export function EmptyState() {
  const { sources, log } = useStore();
  const origin = sources.origin.value;
  const server = sources.server.value;
  return (
    <main class="empty" data-testid="empty-state">
      <div class="empty-card">
        {origin.kind === 'file' && !log.isReading.value && <Unreadable name={origin.name} />}
        {origin.kind === 'server' ? <Waiting /> : <Invitation />}
      </div>
    </main>
  );

  function Waiting() {
    if (server.kind === 'refused')
      return (
        <>
          <h2>The host refused this page</h2>
          <p>
            The address holds a token that is made anew each time the host starts. Open the address that the
            host printed last, with everything behind the <code>#</code>.
          </p>
        </>
      );
    return (
      <>
        <h2>{server.kind === 'ended' ? 'The trace has ended' : 'Waiting for the first event'}</h2>
        <p>The page shows the supervisor as soon as something happens in it.</p>
      </>
    );
  }

  function Invitation() {
    return (
      <>
        <h2>Drop a trace here</h2>
        <p>
          A trace tells every event that a supervisor saw, and what it decided. Everything stays in this page:
          nothing is sent anywhere.
        </p>
        <button
          type="button"
          class="button button-large"
          data-tone="accent"
          data-testid="choose-file"
          onClick={() => pickFile(sources.openFile)}
        >
          Choose a trace file
        </button>
        <p class="empty-or">or look at a supervisor at work:</p>
        <dl class="empty-commands">
          <div>
            <dt>a model of the package, served and watched</dt>
            <dd>
              <code>npx llamero demo --inspect</code>
            </dd>
          </div>
          <div>
            <dt>a trace file, or a host that runs</dt>
            <dd>
              <code>npx llamero inspect run.jsonl</code>
            </dd>
          </div>
        </dl>
      </>
    );
  }
}

function Unreadable({ name }: { readonly name: string }) {
  const { log, dialog } = useStore();
  if (log.problemCount.value === 0)
    return (
      <p class="empty-problem" role="alert">
        {name} holds no event.
      </p>
    );
  return (
    <p class="empty-problem" role="alert">
      Nothing in {name} could be read as a trace.{' '}
      <button
        type="button"
        class="link"
        data-testid="show-problems"
        onClick={() => {
          dialog.value = 'problems';
        }}
      >
        Show why
      </button>
    </p>
  );
}
