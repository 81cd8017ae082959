// The operations on runs: a line for each file of this folder.
export { deliver } from './deliver';
export { recordError } from './recordError';
export { wake } from './wake';
