// The operations on rejects: a line for each file of this folder.
export { getMany } from './getMany';
export { repair } from './repair';
