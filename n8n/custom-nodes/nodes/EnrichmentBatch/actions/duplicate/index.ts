// The operations on duplicates: a line for each file of this folder.
export { find } from './find';
