// The operations on the leads of a run: a line for each file of this folder.
export { apply } from './apply';
export { claim } from './claim';
export { complete } from './complete';
export { fail } from './fail';
export { hold } from './hold';
export { letGo } from './letGo';
export { plan } from './plan';
export { skipEnrichment } from './skipEnrichment';
