export { main, runLine } from './main.ts';
