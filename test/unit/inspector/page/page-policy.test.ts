import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { contentPolicyOf } from '../../../../inspector/page-policy.ts';

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function directive(policy: string, name: string): string | undefined {
  return policy
    .split('; ')
    .find((part) => part.startsWith(`${name} `))
    ?.slice(name.length + 1);
}

describe('content policy of the page', () => {
  const html = [
    '<head><style rel="stylesheet">a{}</style>',
    '<script type="module" crossorigin>let a = "<style>";\nlet b;</script><style>b{}</style></head>',
  ].join('\n');

  test('[IP11] allows each inline script and style by its hash, and no other', () => {
    const policy = contentPolicyOf(html);
    expect(directive(policy, 'script-src')).toBe(hashOf('let a = "<style>";\nlet b;'));
    expect(directive(policy, 'style-src')).toBe([hashOf('a{}'), hashOf('b{}')].join(' '));
    expect(policy).not.toMatch(/unsafe|\*|https?:|blob:/);
  });

  test('[IP11] allows nothing else but pictures inside the page and talk to where it came from', () => {
    const policy = contentPolicyOf(html);
    expect(directive(policy, 'default-src')).toBe("'none'");
    expect(directive(policy, 'img-src')).toBe('data:');
    expect(directive(policy, 'connect-src')).toBe("'self'");
    expect(directive(policy, 'base-uri')).toBe("'none'");
    expect(directive(policy, 'form-action')).toBe("'none'");
    expect(directive(policy, 'require-trusted-types-for')).toBe("'script'");
    expect(directive(policy, 'trusted-types')).toBe("'none'");
  });

  test('[IP11] allows no script and no style where the page has none', () => {
    const policy = contentPolicyOf('<p>plain</p>');
    expect(directive(policy, 'script-src')).toBe("'none'");
    expect(directive(policy, 'style-src')).toBe("'none'");
  });

  test('[IP11] hashes a text as a browser reads it: every line end is one line feed', () => {
    expect(contentPolicyOf('<script>a\r\nb\rc</script>')).toBe(contentPolicyOf('<script>a\nb\nc</script>'));
  });
});
