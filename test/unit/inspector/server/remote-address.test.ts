import { describe, expect, test } from '@jest/globals';
import { InspectorError } from '../../../../inspector/server/inspector-error.ts';
import { readRemoteAddress } from '../../../../inspector/server/remote-address.ts';

const TOKEN = 'a1'.repeat(32);

describe('the address of an inspector', () => {
  test.each([
    ['http://127.0.0.1:40123/', { port: 40_123 }, '127.0.0.1:40123'],
    ['http://127.0.0.1:40123', { port: 40_123 }, '127.0.0.1:40123'],
    ['http://localhost:1/', { port: 1 }, '127.0.0.1:1'],
    ['http://[::1]:65535/', { port: 65_535 }, '127.0.0.1:65535'],
    ['http://127.0.0.1/', { port: 80 }, '127.0.0.1'],
    ['unix:/run/a b/l.sock', { socketPath: '/run/a b/l.sock' }, 'localhost'],
    ['unix:\\\\.\\pipe\\llamero', { socketPath: '\\\\.\\pipe\\llamero' }, 'localhost'],
  ])('[IS34] %s is read', (place, at, host) => {
    expect(readRemoteAddress(`${place}#token=${TOKEN}`)).toEqual({ at, host, token: TOKEN });
  });

  test.each([
    `http://evil.example:80/#token=${TOKEN}`,
    `https://127.0.0.1:1/#token=${TOKEN}`,
    `http://127.0.0.1.evil.example:1/#token=${TOKEN}`,
    `http://user@127.0.0.1:1/#token=${TOKEN}`,
    `http://127.0.0.1:1/trace#token=${TOKEN}`,
    `http://127.0.0.1:0/#token=${TOKEN}`,
    `http://127.0.0.1:99999/#token=${TOKEN}`,
    `http://0.0.0.0:1/#token=${TOKEN}`,
    `http://192.168.1.1:1/#token=${TOKEN}`,
    `http://127.0.0.1:1/?token=${TOKEN}`,
    `http://127.0.0.1:1/#token=${TOKEN}0`,
    `http://127.0.0.1:1/#token=${TOKEN.toUpperCase()}`,
    `http://127.0.0.1:1/#token=`,
    'http://127.0.0.1:1/',
    `unix:#token=${TOKEN}`,
    `unix:/a\0b#token=${TOKEN}`,
    `/run/l.sock#token=${TOKEN}`,
    `\nhttp://127.0.0.1:1/#token=${TOKEN}`,
    '',
  ])('[IS34] %j is none, and is not repeated in the message', (address) => {
    let told: unknown;
    try {
      readRemoteAddress(address);
    } catch (error) {
      told = error;
    }
    expect(InspectorError.isInstance(told)).toBe(true);
    expect(told).toMatchObject({ code: 'invalid_options' });
    expect((told as Error).message).not.toContain(TOKEN);
    expect((told as Error).message).not.toContain('evil');
  });
});
