import { request } from 'node:http';
import type { Inspector } from '../../inspector/index.ts';

/** One who follows the trace of an inspector, and keeps every line. */
export interface Viewer {
  readonly lines: readonly string[];
  /** All that was read, as it came. */
  text(): string;
  /** Settles when the stream is over: `ended` where the source said so, `dropped` else. */
  readonly over: Promise<'ended' | 'dropped'>;
  leave(): void;
}

/** Settles once the inspector answered. @throws Error with the status where it refuses. */
export function followTrace({
  url,
  socketPath,
  token,
}: Pick<Inspector, 'url' | 'socketPath' | 'token'>): Promise<Viewer> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...(socketPath === null
        ? { host: '127.0.0.1', port: Number(new URL(url!).port) }
        : { socketPath, headers: { host: 'localhost' } }),
      path: '/trace',
      agent: false,
    });
    asked.setHeader('authorization', `Bearer ${token}`);
    asked.on('error', reject);
    asked.on('response', (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        return reject(new Error(`refused: ${response.statusCode}`));
      }
      const lines: string[] = [];
      let text = '';
      let rest = '';
      let ended = false;
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        const messages = (rest + piece).split('\n\n');
        rest = messages.pop() ?? '';
        for (const message of messages) {
          if (message.startsWith('data: ')) lines.push(message.slice('data: '.length));
          if (message.startsWith('event: end')) ended = true;
        }
      });
      response.on('error', () => undefined);
      const over = new Promise<'ended' | 'dropped'>((settle) => {
        response.on('close', () => settle(ended ? 'ended' : 'dropped'));
      });
      resolve({ lines, text: () => text, over, leave: () => asked.destroy() });
    });
    asked.end();
  });
}

/** Waits until something holds; turns of the event loop go by, and no time is assumed. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
