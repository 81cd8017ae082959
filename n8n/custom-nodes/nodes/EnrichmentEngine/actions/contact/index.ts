// The operations on contacts: a line for each file of this folder.
export { erase } from './erase';
export { exportAll } from './exportAll';
export { get } from './get';
export { getMany } from './getMany';
export { unmerge } from './unmerge';
export { update } from './update';
