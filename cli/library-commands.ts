import type { Command } from 'commander';
import type { OpenLibrary } from './library-options.ts';
import { createLsCommand } from './ls.ts';
import { createPinCommand } from './pin.ts';
import { createPullCommand } from './pull.ts';
import { createRmCommand } from './rm.ts';
import { createVerifyCommand } from './verify.ts';

const CREATORS = [createPullCommand, createPinCommand, createLsCommand, createVerifyCommand, createRmCommand];

/** Adds the commands that bring models here and look after them, with the exit codes and the help of the program. */
export function addLibraryCommands(program: Command, openLibrary: OpenLibrary): void {
  for (const create of CREATORS) program.addCommand(create(openLibrary).copyInheritedSettings(program));
}
