export * from '../../testing/scripted-runtime.ts';
