import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { NOTHING_SAID, once } from '../../../../shared/steps';

const BUDGET_MS = 50_000;
const COUNTED = ['looked', 'reminded', 'escalated', 'handed_on'] as const;

export const followUp: Operation = {
	name: 'Follow Up',
	action: 'Follow up on hot leads that nobody touched',
	description:
		'Remind the owners of hot leads that nobody touched, then tell others, each once after its working time',
	answer: {
		looked: 'number',
		reminded: 'number',
		escalated: 'number',
		handed_on: 'number',
		more: 'boolean',
	},

	/** Short calls, one after another, until all were looked at or the time is over. */
	async execute(context) {
		return await once(context, 'Follow up on leads', NOTHING_SAID, async (send) => {
			const until = Date.now() + BUDGET_MS;
			const told = { looked: 0, reminded: 0, escalated: 0, handed_on: 0 };
			let after: IDataObject = {};
			for (;;) {
				const part = await send('POST', 'pipeline/follow-ups', after);
				for (const name of COUNTED) told[name] += Number(part[name]);
				if (!part.next) return [{ ...told, more: false }];
				if (Date.now() >= until) return [{ ...told, more: true }];
				after = { after: part.next };
			}
		});
	},
};
