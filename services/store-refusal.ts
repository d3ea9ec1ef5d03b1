import { type Attempt, type Deny, deny } from '../policies/verdict.ts';

/** Runs a call that rejects as Node's file system calls do, and gives its value or what the error means. */
export async function attemptCall<T>(
  call: () => Promise<T>,
  refusal: (error: unknown) => Deny,
): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return refusal(error);
  }
}

/** Runs a call whose failure changes nothing. */
export async function tolerate(call: () => Promise<unknown>): Promise<void> {
  await attemptCall(call, refusalOfWrite);
}

/** The code of a system error, `ENOENT`; null for anything else. */
export function codeOf(error: unknown): string | null {
  const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
  return typeof code === 'string' ? code : null;
}

/** What it means that bytes, a name or a flush were refused. */
export function refusalOfWrite(error: unknown): Deny {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return deny('store_full');
    // The parts of the store lie on two file systems: nothing in it could be given its name at one stroke.
    case 'EXDEV':
    case 'EROFS':
      return deny('store_unavailable');
    default:
      return deny('store_write_failed');
  }
}

/** What it means that a file or directory of the store could not be made or opened for writing. */
export function refusalOfOpen(error: unknown): Deny {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'EINVAL':
    case 'ENAMETOOLONG':
      return deny('store_unavailable');
    default:
      return refusalOfWrite(error);
  }
}

export function unavailable(): Deny {
  return deny('store_unavailable');
}
