// The operations on scoring models: a line for each file of this folder.
export { create } from './create';
export { get } from './get';
export { getMany } from './getMany';
export { publish } from './publish';
export { rescore } from './rescore';
export { simulate } from './simulate';
