import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { SidecarError } from '../../../../shared/sidecar';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { fieldsOf } from '../../fields';
import { LEAD_RESULT } from '../../intake';
import { mapper, plainId } from '../../parameters';

const rejectId = plainId('Reject ID', 'rejectId', '={{ $json.id }}');
const fields = mapper('getLeadColumns', 'update', 'Corrected Fields');

export const repair: Operation = {
	name: 'Repair',
	action: 'Repair a reject',
	description:
		'Send a refused lead again with fields corrected; the other fields are those that were sent',
	properties: [rejectId, fields],
	answer: LEAD_RESULT,

	async execute(context) {
		return await each(context, 'Repair a reject', async (send, item) => {
			const path = `rejects/${idOf(context, rejectId, item)}/repair`;
			return await send('POST', path, { changes: fieldsOf(context, item) }).catch(refused);
		});
	},
};

/** That it is still not valid is an answer: it names the fields. */
function refused(error: unknown): IDataObject {
	if (!(error instanceof SidecarError) || error.problem.status !== 422) throw error;
	return { lead_id: null, outcome: 'rejected', errors: error.problem.errors ?? [] };
}
