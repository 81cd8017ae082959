// The operations on dead letters: a line for each file of this folder.
export { getMany } from './getMany';
export { replay } from './replay';
