// The operations of the node: a line for each file of this folder.
export { get } from './get';
export { normalise } from './normalise';
export { save } from './save';
export { update } from './update';
export { validate } from './validate';
