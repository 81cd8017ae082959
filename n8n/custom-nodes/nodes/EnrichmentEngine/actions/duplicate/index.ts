// The operations on duplicates: a line for each file of this folder.
export { dismiss } from './dismiss';
export { getMany } from './getMany';
export { merge } from './merge';
