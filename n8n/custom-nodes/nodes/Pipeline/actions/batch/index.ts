// The operations on a batch: a line for each file of this folder.
export { apply } from './apply';
export { claim } from './claim';
export { complete } from './complete';
export { fail } from './fail';
export { plan } from './plan';
