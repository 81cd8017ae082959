import type { Operation } from '../../../../shared/operations';
import { isObject } from '../../../../shared/sidecar';
import { each } from '../../../../shared/steps';

const LONGEST_MESSAGE = 500;
const LONGEST_NAME = 100;

export const recordError: Operation = {
	name: 'Record Error',
	action: 'Record a failed run',
	description: 'Keep what an Error Trigger tells, give its batch back, tell operations',

	async execute(context) {
		const items = context.getInputData();
		return await each(context, 'Record an error', async (send, item) => {
			const { execution, workflow, trigger } = items[item].json;
			const run = isObject(execution) ? execution : {};
			const started = isObject(trigger) ? trigger : {};
			const error = isObject(run.error) ? run.error : isObject(started.error) ? started.error : {};
			const source = isObject(workflow) ? workflow : {};
			return await send('POST', 'pipeline/errors', {
				execution_id: run.id === undefined ? null : String(run.id),
				workflow_id: short(source.id, LONGEST_NAME),
				workflow_name: short(source.name, LONGEST_NAME),
				node: short(run.lastNodeExecuted, LONGEST_NAME),
				message: short(error.message ?? 'unknown', LONGEST_MESSAGE),
			});
		});
	},
};

/** Text that can be stored: cut to size, without NUL and halves of characters. */
function short(value: unknown, longest: number): string {
	return String(value ?? '')
		.replaceAll('\0', '')
		.slice(0, longest)
		.toWellFormed();
}
