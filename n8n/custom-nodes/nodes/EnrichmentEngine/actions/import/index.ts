// The operations on imports: a line for each file of this folder.
export { create } from './create';
export { get } from './get';
export { undo } from './undo';
export { wait } from './wait';
