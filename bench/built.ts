/** The built package, as users get it; typed by its source. */
export const llamero = (await import(
  new URL('../dist/index.js', import.meta.url).href
)) as typeof import('../index.ts');

export const policies = {
  ...((await import(
    new URL('../dist/policies/gate.js', import.meta.url).href
  )) as typeof import('../policies/gate.ts')),
  ...((await import(
    new URL('../dist/policies/admission.js', import.meta.url).href
  )) as typeof import('../policies/admission.ts')),
  ...((await import(
    new URL('../dist/policies/resources.js', import.meta.url).href
  )) as typeof import('../policies/resources.ts')),
};
