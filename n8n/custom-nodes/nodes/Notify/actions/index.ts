// The operations of the node: a line for each file of this folder.
export { stored } from './stored';
