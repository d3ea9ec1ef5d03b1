/** Version of the package, as package.json has it: a test holds the two together. */
export const LLAMERO_VERSION = '0.1.0';
