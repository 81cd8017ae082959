// The operations on providers: a line for each file of this folder.
export { getMany } from './getMany';
export { spend } from './spend';
