/** The name of a state in words: `backingOff` → `backing off`. */
export function stateName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
