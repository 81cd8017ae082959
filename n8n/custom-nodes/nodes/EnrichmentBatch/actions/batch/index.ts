// The operations on the leads of a run: a line for each file of this folder.
export { apply } from './apply';
export { ask } from './ask';
export { claim } from './claim';
export { complete } from './complete';
export { fail } from './fail';
export { hold } from './hold';
export { letGo } from './letGo';
export { notify } from './notify';
export { plan } from './plan';
export { score } from './score';
export { skipEnrichment } from './skipEnrichment';
