// The operations on predictive models: a line for each file of this folder.
export { getMany } from './getMany';
export { train } from './train';
