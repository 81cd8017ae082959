// The operations on runs: a line for each file of this folder.
export { deliver } from './deliver';
export { pullLeads } from './pullLeads';
export { recordError } from './recordError';
export { wake } from './wake';
