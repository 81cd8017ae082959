import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { leadId, simplify } from '../../parameters';
import { LEAD_ANSWER, shown } from '../../simplify';

const status: INodeProperties = {
	displayName: 'Status Name or ID',
	name: 'status',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getStatuses' },
	required: true,
	default: '',
	description:
		'The new status. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

export const changeStatus: Operation = {
	name: 'Change Status',
	action: 'Change the status of a lead',
	description: 'Move a lead to another sales status, e.g. qualified or lost',
	properties: [leadId, status, simplify],
	answer: LEAD_ANSWER,

	async execute(context) {
		return await each(context, 'Change the status of a lead', async (send, item) => {
			const status = context.getNodeParameter('status', item) as string;
			const path = `leads/${idOf(context, leadId, item)}`;
			return shown(context, item, 'lead', await send('PATCH', path, { status }));
		});
	},
};
