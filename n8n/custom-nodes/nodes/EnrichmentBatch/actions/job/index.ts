// The operations on jobs: a line for each file of this folder.
export { step } from './step';
