// The operations on organizations: a line for each file of this folder.
export { get } from './get';
export { getMany } from './getMany';
export { update } from './update';
