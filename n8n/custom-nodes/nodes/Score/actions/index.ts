// The operations of the node: a line for each file of this folder.
export { leads } from './leads';
export { stored } from './stored';
