export * from '../../testing/scripted-probe.ts';
