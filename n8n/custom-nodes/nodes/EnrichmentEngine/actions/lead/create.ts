import type { Operation } from '../../../../shared/operations';
import { eachRequest } from '../../../../shared/steps';
import { fieldsOf } from '../../fields';
import { LEAD_RESULT, dryRun, intakeOf, lane, parted, taken } from '../../intake';
import { mapper, strict } from '../../parameters';

export const create: Operation = {
	name: 'Create',
	action: 'Create a lead',
	description:
		'Store a lead of a person who has no open one yet; validated, normalized and queued for enrichment',
	properties: [mapper('getLeadColumns', 'add'), lane, strict, dryRun],
	answer: LEAD_RESULT,

	/** A lead that was refused is answered with its errors. */
	async execute(context) {
		const outputs = await eachRequest(
			context,
			'Create a lead',
			2,
			(item) => [{ lead: fieldsOf(context, item), item, said: intakeOf(context, item) }],
			async (leads, send) => {
				const answer = await taken(send, leads, leads[0].said, { only_new: true });
				return parted(answer, leads);
			},
		);
		return [outputs.flat()];
	},
};
