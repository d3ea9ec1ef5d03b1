import { useStore } from '../store/store.ts';

/** Where the trace comes from, and how it stands with that. */
export function ConnectionBadge() {
  const { sources, log } = useStore();
  const { word, text, tone } = describe();
  return (
    <span
      class="connection"
      role="status"
      data-testid="connection"
      data-connection={word}
      data-tone={tone}
      title={text}
    >
      <span class="connection-dot" aria-hidden="true" />
      <span class="connection-text">{text}</span>
    </span>
  );

  function describe() {
    const origin = sources.origin.value;
    if (origin.kind === 'none') return { word: 'none', text: 'no trace', tone: 'plain' };
    if (origin.kind === 'file') {
      return log.isReading.value
        ? { word: 'reading', text: `reading ${origin.name}`, tone: 'busy' }
        : { word: 'file', text: origin.name, tone: 'plain' };
    }
    const status = sources.server.value;
    switch (status.kind) {
      case 'connecting':
        return { word: 'connecting', text: 'connecting', tone: 'busy' };
      case 'connected':
        return { word: 'connected', text: 'connected', tone: 'good' };
      case 'reconnecting':
        return { word: 'reconnecting', text: 'reconnecting', tone: 'warning' };
      case 'ended':
        return { word: 'ended', text: 'ended', tone: 'plain' };
      case 'refused':
        return { word: 'refused', text: `refused (${status.status})`, tone: 'bad' };
    }
  }
}
