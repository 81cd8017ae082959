import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { duplicateId } from '../../duplicates';
import { plainId } from '../../parameters';

const keep = {
	...plainId('Contact to Keep', 'keep', '={{ $json.left.id }}'),
	description: 'ID of the contact of the pair that stays',
};

export const merge: Operation = {
	name: 'Merge',
	action: 'Merge a duplicate',
	description:
		'Make one contact of a pair; all that hung on the other moves to the one that is kept',
	properties: [duplicateId, keep],
	answer: { kept_id: 'string', lost_id: 'string', lead_id: 'string', archived_lead_id: 'string' },

	async execute(context) {
		return await each(context, 'Merge a duplicate', async (send, item) => {
			const path = `duplicates/${idOf(context, duplicateId, item)}/merge`;
			return await send('POST', path, { keep: idOf(context, keep, item) });
		});
	},
};
