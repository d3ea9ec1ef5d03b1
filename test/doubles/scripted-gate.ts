export * from '../../testing/scripted-gate.ts';
