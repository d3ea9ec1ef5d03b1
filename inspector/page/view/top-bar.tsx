import { exportTrace, pickFile } from '../store/files.ts';
import { useStore } from '../store/store.ts';
import { ConnectionBadge } from './connection-badge.tsx';
import { Icon } from './icon.tsx';
import { IconButton } from './icon-button.tsx';
import { RecordButton } from './record-button.tsx';
import { StatePill } from './state-pill.tsx';

export function TopBar() {
  const store = useStore();
  const { log, moment, sources, recording, dialog } = store;
  const isEmpty = log.endIndex.value === log.firstIndex.value;
  const isLive = sources.isLive.value;
  const { fromIndex, toIndex } = recording.rangeToExport.value;
  const isPaused = moment.pausedEnd.value !== null;
  return (
    <header class="top-bar">
      <h1 class="brand">
        <svg class="brand-mark" viewBox="0 0 16 16" aria-hidden="true">
          <rect width="16" height="16" rx="4" />
          <path d="M4 8h2l1.5-4 2 8L11 8h1.5" />
        </svg>
        <span>
          Llamero <span class="brand-part">inspector</span>
        </span>
      </h1>
      <ConnectionBadge />
      <StatePill />
      <div class="toolbar" role="toolbar" aria-label="Trace">
        {(isLive || isPaused) && (
          <IconButton
            icon={isPaused ? 'play' : 'pause'}
            label={isPaused ? 'Go on live' : 'Pause the views; events are still read'}
            testId="pause"
            isPressed={isPaused}
            isDisabled={isEmpty}
            {...(isPaused && { tone: 'accent' as const })}
            onPress={isPaused ? moment.goLive : moment.pause}
          >
            {isPaused ? `Live (+${moment.heldBack.value})` : 'Pause'}
          </IconButton>
        )}
        {(isLive || recording.startedAt.value !== null) && <RecordButton />}
        <IconButton
          icon="open"
          label="Open a trace file"
          testId="import"
          onPress={() => pickFile(sources.openFile)}
        >
          Open
        </IconButton>
        <IconButton
          icon="export"
          label={
            recording.recorded.value === null
              ? 'Export the events that are held as a trace file'
              : `Export the ${toIndex - fromIndex} recorded events as a trace file`
          }
          testId="export"
          isDisabled={isEmpty}
          onPress={() => exportTrace(store)}
        >
          {recording.recorded.value === null ? 'Export' : `Export ${toIndex - fromIndex}`}
        </IconButton>
        {recording.recorded.value !== null && (
          <IconButton
            icon="close"
            label="Forget the recording: export everything again"
            testId="forget-recording"
            onPress={recording.forget}
          />
        )}
        <IconButton
          icon="test"
          label="Copy as a Jest test that replays this trace"
          testId="copy-test"
          isDisabled={isEmpty}
          onPress={() => {
            dialog.value = 'test';
          }}
        >
          Copy as test
        </IconButton>
        <button
          type="button"
          class="button"
          data-testid="help"
          aria-label="Keys and help"
          title="Keys and help (?)"
          onClick={() => {
            dialog.value = 'help';
          }}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}
