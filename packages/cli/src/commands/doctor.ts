import { defineCommand } from '../command.ts';
export const command = defineCommand({ examples: [], output: '', async run() {} });
