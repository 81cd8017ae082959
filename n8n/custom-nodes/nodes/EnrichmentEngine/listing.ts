import type { Answer, Operation } from '../../shared/operations';
import { each } from '../../shared/steps';
import { rowsOf } from './calls';
import { limit, returnAll, search, simplify } from './parameters';
import { flat } from './simplify';

/** The operation that reads many contacts or organizations, of which each is `answer` when simplified. */
export function listing(
	kind: 'contact' | 'organization',
	description: string,
	answer: Answer,
): Operation {
	const action = `Get many ${kind}s`;
	return {
		name: 'Get Many',
		action,
		description,
		properties: [returnAll, limit, search, simplify],
		answer,

		async execute(context) {
			return await each(context, action, async (send, item) => {
				const q = context.getNodeParameter('q', item, '') as string;
				const rows = await rowsOf(context, send, `${kind}s`, item, { q });
				const flatten = context.getNodeParameter('simplify', item, false) as boolean;
				return flatten ? rows.map((row) => flat(kind, row)) : rows;
			});
		},
	};
}
