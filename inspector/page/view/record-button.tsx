import { useStore } from '../store/store.ts';
import { IconButton } from './icon-button.tsx';

export function RecordButton() {
  const { recording } = useStore();
  const isRecording = recording.startedAt.value !== null;
  return (
    <IconButton
      icon={isRecording ? 'stop' : 'record'}
      label={isRecording ? 'Stop recording' : 'Record: export then gives only what comes until you stop'}
      testId="record"
      isPressed={isRecording}
      {...(isRecording && { tone: 'bad' as const })}
      onPress={isRecording ? recording.stop : recording.start}
    >
      {isRecording ? `Stop (${recording.count.value})` : 'Record'}
    </IconButton>
  );
}
