// The operations on leads: a line for each file of this folder.
export { assign } from './assign';
export { changeStatus } from './changeStatus';
export { create } from './create';
export { enrich } from './enrich';
export { erase } from './erase';
export { estimate } from './estimate';
export { followUp } from './followUp';
export { get } from './get';
export { getMany } from './getMany';
export { lookAgain } from './lookAgain';
export { normalize } from './normalize';
export { replay } from './replay';
export { rescore } from './rescore';
export { score } from './score';
export { update } from './update';
export { upsert } from './upsert';
export { validate } from './validate';
