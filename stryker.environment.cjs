// The environment of Node, where the first test that fails ends the run of its mutant: it is killed, and what the
// other tests would say costs a stack trace each. Jest itself bails between files only.
const { TestEnvironment } = require('jest-environment-node');

/** The mutant that a test has killed; no other run of it follows. */
let killed;

module.exports = class extends TestEnvironment {
  handleTestEvent({ name, test }) {
    const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
    if (mutant === undefined) return;
    if (name === 'test_done' && test.errors.length > 0) killed = mutant;
    if (name === 'test_start' && killed === mutant) test.mode = 'skip';
  }
};
