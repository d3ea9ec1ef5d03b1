/** The user asked for what makes no sense; the message says how to ask. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
