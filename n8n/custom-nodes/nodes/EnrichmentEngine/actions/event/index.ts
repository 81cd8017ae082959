// The operations on events: a line for each file of this folder.
export { record } from './record';
export { recordMail } from './recordMail';
