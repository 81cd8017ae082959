import type { Operation } from '../../../../shared/operations';
import { fieldsOf } from '../../fields';
import { LEAD_RESULT, dryRun, lane, sendLeads } from '../../intake';
import { mapper } from '../../parameters';

export const create: Operation = {
	name: 'Create',
	action: 'Create a lead',
	description:
		'Store a lead of a person who has no open one yet; validated, normalized and queued for enrichment',
	properties: [mapper('getLeadColumns', 'add'), lane, dryRun],
	answer: LEAD_RESULT,

	/** A lead that was refused is answered with its errors. */
	async execute(context) {
		const leads = context
			.getInputData()
			.map((_, item) => ({ lead: fieldsOf(context, item), item }));
		return [(await sendLeads(context, 'Create a lead', leads, { only_new: true })).flat()];
	},
};
