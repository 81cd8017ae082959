// The operations on messages: a line for each file of this folder.
export { getMany } from './getMany';
export { send } from './send';
